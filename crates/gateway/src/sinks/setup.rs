//! Starts the configured sinks, each with its queue and its task.

use std::sync::Arc;

use tokio::time::sleep;

use super::{
    ALL, HONEYCOMB, OTLP, ROLLBAR, Sink, SinkCounters, TraceLinks, XRAY, address,
    backoff::Backoff,
    forward::forward,
    honeycomb::{AuthError, HoneycombSink},
    otlp::OtlpSink,
    rollbar::RollbarSink,
    xray::XRaySink,
};
use crate::{
    config::{Config, Honeycomb},
    error::Error,
    store::Store,
    symbols::SymbolFiles,
    tasks::Tasks,
};

/// Returns the names of the configured sinks.
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

/// The sinks after their start.
#[derive(Debug)]
pub(crate) struct Sinks {
    /// Counters of all sinks, also of those that are off.
    pub(crate) counters: Arc<[SinkCounters]>,
    pub(crate) links: Option<TraceLinks>,
}

/// Where sinks read spans and symbols, and run their tasks.
pub(crate) struct SinkSetup<'a> {
    pub(crate) store: &'a Store,
    pub(crate) tasks: &'a Tasks,
    pub(crate) symbols: &'a Arc<SymbolFiles>,
}

impl Sinks {
    /// Starts the configured sinks. `own_url` is where this gateway listens, `public_url` where a
    /// browser reaches it.
    pub(crate) async fn start(
        config: &Config,
        (own_url, public_url): (&str, &str),
        setup: SinkSetup<'_>,
    ) -> Result<Self, Error> {
        let mut counters = ALL.map(SinkCounters::off);
        let mut links = None;
        if let Some(honeycomb) = &config.honeycomb {
            counters[0] = setup.honeycomb(honeycomb, &mut links).await?;
        }
        if let Some(otlp) = &config.otlp {
            let listen = format!("http://{}", config.listen);
            let sink = OtlpSink::new(otlp, &[own_url, &listen])?;
            counters[1] = setup.sink(OTLP, &otlp.endpoint, sink).await?;
        }
        if let Some(xray) = &config.xray {
            let sink = XRaySink::new(xray, config.xray_listen.as_deref(), setup.symbols)?;
            counters[2] = setup.sink(XRAY, &xray.daemon_address, sink).await?;
        }
        if let Some(rollbar) = &config.rollbar {
            let sink = RollbarSink::new(rollbar, public_url, setup.symbols)?;
            counters[3] = setup.sink(ROLLBAR, &rollbar.endpoint, sink).await?;
        }
        let counters = Arc::new(counters);
        Ok(Self { counters, links })
    }
}

impl SinkSetup<'_> {
    async fn sink(
        &self,
        name: &'static str,
        target: &str,
        sink: impl Sink,
    ) -> Result<SinkCounters, Error> {
        let counters = SinkCounters::on(name, address::redacted(target));
        let queue = self.store.queue(name).await?;
        let shutdown = self.tasks.shutdown_token();
        let forwarding = forward(sink, queue, counters.clone(), shutdown);
        self.tasks.spawn(forwarding);
        Ok(counters)
    }

    async fn honeycomb(
        &self,
        config: &Honeycomb,
        links: &mut Option<TraceLinks>,
    ) -> Result<SinkCounters, Error> {
        let sink = HoneycombSink::new(config)?;
        let counters = self.sink(HONEYCOMB, &config.endpoint, sink).await?;
        let links = links.insert(TraceLinks::new(config)).clone();
        let resolving = resolve_account(HoneycombSink::new(config)?, links, counters.clone());
        self.tasks.spawn_until_shutdown(resolving);
        Ok(counters)
    }
}

/// Asks Honeycomb for the account of the key until there is a response.
async fn resolve_account(sink: HoneycombSink, links: TraceLinks, counters: SinkCounters) {
    let mut backoff = Backoff::default();
    loop {
        match sink.account().await {
            Ok(account) => {
                let text = account.to_string();
                links.set_account(account);
                return counters.account_resolved(text);
            }
            Err(AuthError::Rejected(error)) => return counters.key_rejected(&error),
            Err(AuthError::Unavailable(_)) => sleep(backoff.pause(fastrand::f64(), None)).await,
        }
    }
}
