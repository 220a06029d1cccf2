//! Sinks forward stored spans and log records to receivers: one module per sink, one queue and one
//! task per sink and signal. Log records go to Honeycomb and to OTLP receivers; X-Ray and Rollbar have
//! no place for them.
//!
//! A [`Sink`] only sends one batch and interprets the response. The rest is the same for all
//! sinks: reading records from the store, retrying, splitting and counting ([`forward`]). A slow or
//! unreachable receiver delays only its own queue.
//!
//! Each record is sent, waiting, skipped because the receiver does not use it, or dropped with a
//! reason. A batch without a response is sent again, and so is a batch that was in flight when the
//! gateway was killed: delivery is at least once.

mod address;
mod backoff;
mod check;
mod counters;
mod exception;
mod forward;
mod honeycomb;
mod http;
mod item_limits;
mod otlp;
mod otlp_http;
mod retry_after;
mod rollbar;
mod setup;
mod stack;
mod xray;

use std::{future::Future, time::Duration};

pub(crate) use self::{
    check::{SinkCheck, check},
    counters::SinkCounters,
    honeycomb::TraceLinks,
    setup::{SinkSetup, Sinks, queues},
    xray::XRayDocuments,
};
use crate::wire;

/// Names of the sinks, in the order in which they are listed.
pub(crate) const HONEYCOMB: &str = "honeycomb";
pub(crate) const OTLP: &str = "otlp";
pub(crate) const XRAY: &str = "xray";
pub(crate) const ROLLBAR: &str = "rollbar";
pub(crate) const ALL: [&str; 4] = [HONEYCOMB, OTLP, XRAY, ROLLBAR];

/// A receiver of spans, or of log records.
pub(crate) trait Sink: Send + Sync + 'static {
    /// The size limit of a batch, in encoded bytes.
    const MAX_BYTES: usize;

    /// The size limit of a batch, in records.
    const MAX_RECORDS: usize = 10_000;

    /// Sends a batch once, without retries.
    fn send(&self, request: &wire::Request) -> impl Future<Output = SendResult> + Send;

    /// Tests key and address without sending a record. Returns what the receiver answered, or what
    /// failed and how to correct it.
    fn check(&self) -> impl Future<Output = Result<String, String>> + Send;
}

/// The result of sending a batch. Error texts are for people, and keys are redacted in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SendResult {
    /// The receiver accepted the batch, except for the records listed in the [`Delivery`].
    Delivered(Delivery),
    /// The batch is to be sent again, after `after` if the receiver named a time.
    Retry {
        after: Option<Duration>,
        error: String,
        /// Records of the batch that remain; `None` for all.
        left: Option<u64>,
    },
    /// There was no response in time. A smaller batch is sent next.
    Timeout { error: String },
    /// The batch is to be split.
    TooLarge { error: String },
    /// The receiver rejects the batch permanently. Sending it again would give the same response.
    Rejected { reason: String, error: String },
}

impl SendResult {
    /// A retry at a time that the receiver did not name.
    fn retry(error: String) -> Self {
        let (after, left) = (None, None);
        Self::Retry { after, error, left }
    }
}

/// Records of an accepted batch that did not arrive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Delivery {
    /// The number of records that the receiver does not use.
    pub(crate) skipped: u64,
    /// Records that will not arrive: their number, the name of the reason, and an error text.
    pub(crate) dropped: Vec<(u64, String, String)>,
}

impl Delivery {
    /// Adds dropped records. Zero records add nothing.
    fn add_dropped(&mut self, records: u64, reason: &str, error: String) {
        if records > 0 {
            self.dropped.push((records, reason.to_owned(), error));
        }
    }

    /// Adds spans of the batch that cannot be decoded.
    fn add_undecodable(&mut self, spans: u64) {
        let error = format!("{spans} spans cannot be decoded");
        self.add_dropped(spans, "undecodable", error);
    }
}

/// A key or an address that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SinkError {
    /// The value has characters that no HTTP header may have.
    #[error("{0} has characters that are not allowed in an HTTP header: copy it again")]
    Header(&'static str),
    /// The address is malformed, or is the gateway's own.
    #[error("{name}={address:?} cannot be used: {reason}")]
    Address {
        /// The variable.
        name: &'static str,
        /// The address, without credentials.
        address: String,
        /// Why it cannot be used, and what to write instead.
        reason: String,
    },
    /// The HTTP client cannot be built.
    #[error("cannot build the HTTP client")]
    Client(#[source] reqwest::Error),
}
