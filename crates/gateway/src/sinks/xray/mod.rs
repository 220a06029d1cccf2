//! AWS X-Ray, by its daemon: one UDP datagram per span.
//!
//! The daemon never answers. What is known is whether somebody listens on a local port: the
//! system says so with the next call. So `sent` means "handed to the network", and a batch
//! during which nobody listened is sent again: X-Ray keeps one segment per id.
//!
//! `opentelemetry-aws` has an exporter with a translator of its own; it takes the values of
//! the SDK, which a span that arrived as OTLP never was, and blocks while it sends.

mod attributes;
mod cause;
mod daemon;
mod document;
mod http;
mod names;

use self::{daemon::Daemon, document::Writer};
use super::{Delivery, Outcome, Sink, SinkError, address};
use crate::{config::XRay, store, wire};

#[derive(Debug)]
pub(super) struct XRaySink {
    daemon: Daemon,
    writer: Writer,
}

impl XRaySink {
    /// `own` is where this gateway takes documents, if it does.
    pub(super) fn new(config: &XRay, own: Option<&str>) -> Result<Self, SinkError> {
        let refused = |reason: &str| SinkError::Address {
            name: "AWS_XRAY_DAEMON_ADDRESS",
            address: config.daemon_address.clone(),
            reason: reason.to_owned(),
        };
        let daemon = Daemon::new(&config.daemon_address);
        let daemon = daemon.ok_or_else(|| refused("write host:port of the daemon's UDP socket"))?;
        if own.is_some_and(|own| address::is_own(daemon.address(), own)) {
            return Err(refused(
                "that is this gateway; unset it here, it is for the programs that send",
            ));
        }
        let writer = Writer::new(&config.annotations);
        Ok(Self { daemon, writer })
    }
}

impl Sink for XRaySink {
    const MAX_BYTES: usize = 4_000_000;
    /// At the daemon's pace this is half a second.
    const MAX_SPANS: usize = 1_000;

    async fn send(&self, request: &wire::Request) -> Outcome {
        let decoded = store::decode_spans(request);
        let (mut datagrams, mut too_large) = (Vec::with_capacity(decoded.spans.len()), 0);
        for span in &decoded.spans {
            match self.writer.datagram(span) {
                Some(datagram) => datagrams.push(datagram),
                None => too_large += 1,
            }
        }
        too_large += match self.daemon.send(&datagrams).await {
            Ok(refused) => refused,
            Err(error) => {
                let error = format!("no daemon: {error}");
                return Outcome::later(error);
            }
        };
        let mut delivery = Delivery::default();
        delivery.lose_unreadable(decoded.unreadable);
        let error = format!("{too_large} segment documents of more than a datagram holds");
        delivery.lose(too_large, "too_large", error);
        Outcome::Delivered(delivery)
    }

    async fn check(&self) -> Result<String, String> {
        let checked = self.daemon.check().await;
        checked.map_err(|error| format!("nobody listens there: {error}"))?;
        Ok("no refusal; more UDP cannot say".to_owned())
    }
}
