//! Starts the sinks that are configured, each with its queue and its task.

use std::sync::Arc;

use tokio::{task::JoinSet, time::sleep};

use super::{
    ALL, HONEYCOMB, OTLP, ROLLBAR, Sink, SinkCounters, TraceLinks, XRAY, address,
    backoff::Backoff,
    events::{KeyKnown, KeyRefused},
    forward::forward,
    honeycomb::{HoneycombSink, Unknown},
    otlp::OtlpSink,
    rollbar::RollbarSink,
    xray::XRaySink,
};
use crate::{
    config::{Config, Honeycomb},
    error::Error,
    stop::Stopping,
    store::Store,
};

/// The names of the sinks that are on.
pub(crate) fn names(config: &Config) -> Vec<&'static str> {
    let on = [
        config.honeycomb.is_some(),
        config.otlp.is_some(),
        config.xray.is_some(),
        config.rollbar.is_some(),
    ];
    let named = ALL.into_iter().zip(on);
    named.filter_map(|(name, on)| on.then_some(name)).collect()
}

/// What starting the sinks gave.
#[derive(Debug)]
pub(crate) struct Sinks {
    /// All sinks, those that are off too.
    pub(crate) counters: Arc<[SinkCounters]>,
    pub(crate) links: Option<TraceLinks>,
}

/// Tasks of sinks that are being started.
pub(crate) struct Starting<'a> {
    pub(crate) store: &'a Store,
    pub(crate) tasks: &'a mut JoinSet<()>,
    pub(crate) stopping: &'a Stopping,
}

impl Sinks {
    /// `own_url` is where this gateway listens, `public_url` where a browser finds it.
    pub(crate) async fn start(
        config: &Config,
        (own_url, public_url): (&str, &str),
        mut starting: Starting<'_>,
    ) -> Result<Self, Error> {
        let mut counters = ALL.map(SinkCounters::off);
        let mut links = None;
        if let Some(honeycomb) = &config.honeycomb {
            let counted = starting.honeycomb(honeycomb, &mut links).await?;
            counters[0] = counted;
        }
        if let Some(otlp) = &config.otlp {
            let listen = format!("http://{}", config.listen);
            let sink = OtlpSink::new(otlp, &[own_url, &listen])?;
            counters[1] = starting.sink(OTLP, &otlp.endpoint, sink).await?;
        }
        if let Some(xray) = &config.xray {
            let sink = XRaySink::new(xray, config.xray_listen.as_deref())?;
            counters[2] = starting.sink(XRAY, &xray.daemon_address, sink).await?;
        }
        if let Some(rollbar) = &config.rollbar {
            let sink = RollbarSink::new(rollbar, public_url)?;
            counters[3] = starting.sink(ROLLBAR, &rollbar.endpoint, sink).await?;
        }
        let counters = Arc::new(counters);
        Ok(Self { counters, links })
    }
}

impl Starting<'_> {
    async fn sink(
        &mut self,
        name: &'static str,
        target: &str,
        sink: impl Sink,
    ) -> Result<SinkCounters, Error> {
        let counters = SinkCounters::on(name, address::shown(target));
        let queue = self.store.queue(name).await?;
        let forwarding = forward(sink, queue, counters.clone(), self.stopping.clone());
        self.tasks.spawn(forwarding);
        Ok(counters)
    }

    async fn honeycomb(
        &mut self,
        config: &Honeycomb,
        links: &mut Option<TraceLinks>,
    ) -> Result<SinkCounters, Error> {
        let sink = HoneycombSink::new(config)?;
        let counters = self.sink(HONEYCOMB, &config.endpoint, sink).await?;
        let known = links.insert(TraceLinks::new(config)).clone();
        let asking = ask(HoneycombSink::new(config)?, known, counters.clone());
        let stopping = self.stopping.clone();
        self.tasks.spawn(async move {
            tokio::select! {
                () = asking => {}
                () = stopping.signal() => {}
            }
        });
        Ok(counters)
    }
}

/// Asks whom the key belongs to until Honeycomb says.
async fn ask(sink: HoneycombSink, links: TraceLinks, counters: SinkCounters) {
    let mut backoff = Backoff::default();
    loop {
        match sink.account().await {
            Ok(account) => {
                let text = account.to_string();
                links.belong_to(account);
                return counters.record(KeyKnown { account: text });
            }
            Err(Unknown::Refused(error)) => return counters.record(KeyRefused { error: &error }),
            Err(Unknown::Later(_)) => sleep(backoff.pause(fastrand::f64(), None)).await,
        }
    }
}
