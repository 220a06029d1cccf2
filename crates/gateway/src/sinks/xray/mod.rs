//! The AWS X-Ray sink, by its daemon: one UDP datagram per span.
//!
//! The daemon does not respond. On this machine, the system reports with the next call if nothing
//! listens. So `sent` means "handed to the network", and a batch that met such an error is sent
//! again: X-Ray stores one segment per id.
//!
//! The exporter of `opentelemetry-aws` is not used: it takes spans of the SDK, which spans that
//! arrived as OTLP are not, and it blocks while it sends.

mod attributes;
mod cause;
mod daemon;
mod document;
mod documents;
mod http;
mod names;

use std::sync::Arc;

pub(crate) use self::documents::XRayDocuments;
use self::{daemon::Daemon, document::Writer};
use super::{Delivery, SendResult, Sink, SinkError, address};
use crate::{config::XRay, store, symbols::SymbolFiles, wire};

#[derive(Debug)]
pub(super) struct XRaySink {
    daemon: Daemon,
    writer: Writer,
    symbols: Arc<SymbolFiles>,
}

impl XRaySink {
    /// Creates the sink. `own` is the address where this gateway receives documents, if it does.
    pub(super) fn new(
        config: &XRay,
        own: Option<&str>,
        symbols: &Arc<SymbolFiles>,
    ) -> Result<Self, SinkError> {
        let invalid = |reason: &str| SinkError::Address {
            name: "AWS_XRAY_DAEMON_ADDRESS",
            address: config.daemon_address.clone(),
            reason: reason.to_owned(),
        };
        let daemon = Daemon::new(&config.daemon_address);
        let daemon = daemon.ok_or_else(|| invalid("write host:port of the daemon's UDP socket"))?;
        if own.is_some_and(|own| address::is_own(daemon.address(), own)) {
            return Err(invalid(
                "it is the address of this gateway; unset it for the gateway, it is for programs that send segments",
            ));
        }
        let writer = Writer::new(&config.annotations);
        Ok(Self {
            daemon,
            writer,
            symbols: Arc::clone(symbols),
        })
    }
}

impl Sink for XRaySink {
    const MAX_BYTES: usize = 4_000_000;
    /// Takes half a second at the rate of the daemon.
    const MAX_RECORDS: usize = 1_000;

    async fn send(&self, request: &wire::Request) -> SendResult {
        let decoded = store::decode_spans(request);
        let named = self.symbols.name_functions(decoded.spans).await;
        let spans = match named {
            Ok(spans) => spans,
            Err(error) => return SendResult::retry(error.to_string()),
        };
        let (mut datagrams, mut too_large) = (Vec::with_capacity(spans.len()), 0);
        for span in &spans {
            match self.writer.datagram(span) {
                Some(datagram) => datagrams.push(datagram),
                None => too_large += 1,
            }
        }
        too_large += match self.daemon.send(&datagrams).await {
            Ok(rejected) => rejected,
            Err(error) => {
                return SendResult::retry(format!("the daemon is unreachable: {error}"));
            }
        };
        let mut delivery = Delivery::default();
        delivery.add_undecodable(decoded.unreadable);
        let error = format!("{too_large} segment documents are larger than a datagram");
        delivery.add_dropped(too_large, "too_large", error);
        SendResult::Delivered(delivery)
    }

    async fn check(&self) -> Result<String, String> {
        let checked = self.daemon.check().await;
        checked.map_err(|error| format!("nothing listens there: {error}"))?;
        Ok("no error, which is all that UDP can report".to_owned())
    }
}
