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
    decode::Signal,
    error::Error,
    store::{QueueId, Store},
    symbols::SymbolFiles,
    tasks::Tasks,
};

/// The sinks that forward log records.
const LOG_SINKS: [&str; 2] = [HONEYCOMB, OTLP];

/// Returns the queues of the configured sinks.
pub(crate) fn queues(config: &Config) -> Vec<QueueId> {
    let on = [
        config.honeycomb.is_some(),
        config.otlp.is_some(),
        config.xray.is_some(),
        config.rollbar.is_some(),
    ];
    let named = ALL.into_iter().zip(on);
    let on = named.filter_map(|(name, on)| on.then_some(name));
    on.flat_map(|sink| {
        let logs = LOG_SINKS.contains(&sink).then_some(Signal::Logs);
        let signals = std::iter::once(Signal::Traces).chain(logs);
        signals.map(move |signal| QueueId { sink, signal })
    })
    .collect()
}

/// The sinks after their start.
#[derive(Debug)]
pub(crate) struct Sinks {
    /// Counters of all sinks of spans, also of those that are off.
    pub(crate) counters: Arc<[SinkCounters]>,
    /// The same for log records.
    pub(crate) log_counters: Arc<[SinkCounters]>,
    pub(crate) links: Option<TraceLinks>,
}

/// Where sinks read records and symbols, and run their tasks.
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
        let off = |signal| move |sink| SinkCounters::off(QueueId { sink, signal });
        let mut counters = ALL.map(off(Signal::Traces));
        let mut log_counters = LOG_SINKS.map(off(Signal::Logs));
        let mut links = None;
        if let Some(honeycomb) = &config.honeycomb {
            counters[0] = setup.honeycomb(honeycomb, &mut links).await?;
            let sink = HoneycombSink::new(Signal::Logs, honeycomb)?;
            let queue = logs(HONEYCOMB);
            log_counters[0] = setup.sink(queue, &honeycomb.endpoint, sink).await?;
        }
        if let Some(otlp) = &config.otlp {
            let listen = format!("http://{}", config.listen);
            let new = |signal| OtlpSink::new(signal, otlp, &[own_url, &listen]);
            let sink = new(Signal::Traces)?;
            counters[1] = setup.sink(spans(OTLP), &otlp.endpoint, sink).await?;
            let sink = new(Signal::Logs)?;
            log_counters[1] = setup.sink(logs(OTLP), &otlp.endpoint, sink).await?;
        }
        if let Some(xray) = &config.xray {
            let sink = XRaySink::new(xray, config.xray_listen.as_deref(), setup.symbols)?;
            counters[2] = setup.sink(spans(XRAY), &xray.daemon_address, sink).await?;
        }
        if let Some(rollbar) = &config.rollbar {
            let sink = RollbarSink::new(rollbar, public_url, setup.symbols)?;
            counters[3] = setup.sink(spans(ROLLBAR), &rollbar.endpoint, sink).await?;
        }
        Ok(Self {
            counters: Arc::new(counters),
            log_counters: Arc::new(log_counters),
            links,
        })
    }
}

const fn spans(sink: &'static str) -> QueueId {
    let signal = Signal::Traces;
    QueueId { sink, signal }
}

const fn logs(sink: &'static str) -> QueueId {
    let signal = Signal::Logs;
    QueueId { sink, signal }
}

impl SinkSetup<'_> {
    async fn sink(
        &self,
        id: QueueId,
        target: &str,
        sink: impl Sink,
    ) -> Result<SinkCounters, Error> {
        let counters = SinkCounters::on(id, address::redacted(target));
        let queue = self.store.queue(id).await?;
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
        let new = || HoneycombSink::new(Signal::Traces, config);
        let queue = spans(HONEYCOMB);
        let counters = self.sink(queue, &config.endpoint, new()?).await?;
        let links = links.insert(TraceLinks::new(config)).clone();
        let resolving = resolve_account(new()?, links, counters.clone());
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
