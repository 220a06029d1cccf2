//! Where spans go on to. One file or folder per sink, one queue, one task each.
//!
//! A [`Sink`] only knows how to send one batch and how to read the answer. Everything else
//! is the same for all: taking spans from the store, retrying, splitting, counting
//! ([`forward`]). A slow or dead sink holds back nothing but its own queue.
//!
//! What a sink promises: every span is sent, waits, is skipped because the receiver has no
//! use for it, or is dropped with a reason. A batch whose answer never came is sent again,
//! and so is the one that was under way when the gateway was killed: at least once, and
//! once in the ordinary case.

mod address;
mod backoff;
mod check;
mod counters;
mod events;
mod exception;
mod forward;
mod honeycomb;
mod http;
mod otlp;
mod otlp_http;
mod retry_after;
mod rollbar;
mod room;
mod stack;
mod start;
mod xray;

use std::{future::Future, time::Duration};

pub(crate) use self::{
    check::check,
    counters::SinkCounters,
    honeycomb::TraceLinks,
    start::{Sinks, Starting, names},
};
use crate::wire;

/// The sinks a configuration may turn on, by name, in the order in which they are shown.
pub(crate) const HONEYCOMB: &str = "honeycomb";
pub(crate) const OTLP: &str = "otlp";
pub(crate) const XRAY: &str = "xray";
pub(crate) const ROLLBAR: &str = "rollbar";
pub(crate) const ALL: [&str; 4] = [HONEYCOMB, OTLP, XRAY, ROLLBAR];

/// A place that takes spans.
pub(crate) trait Sink: Send + Sync + 'static {
    /// The most encoded bytes of a batch.
    const MAX_BYTES: usize;

    /// The most spans of a batch.
    const MAX_SPANS: usize = 10_000;

    /// Tries once to send a batch.
    fn send(&self, request: &wire::Request) -> impl Future<Output = Outcome> + Send;

    /// Tests key and address without sending a span: what the receiver says, or what to do.
    fn check(&self) -> impl Future<Output = Result<String, String>> + Send;
}

/// What became of a batch. Texts are for people and hold no key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Taken, except for what it says.
    Delivered(Delivery),
    /// Not now: the receiver asks to come again, after `after` if it said when.
    Retry {
        after: Option<Duration>,
        error: String,
        /// Spans of the batch that are left to do; none when all are.
        left: Option<u64>,
    },
    /// As `Retry`, but there may be an answer in time to a smaller batch.
    Late { error: String },
    /// The batch has to be split.
    TooLarge { error: String },
    /// Never: sending it again would give the same answer.
    Refused { reason: String, error: String },
}

impl Outcome {
    /// The receiver did not say when.
    fn later(error: String) -> Self {
        let (after, left) = (None, None);
        Self::Retry { after, error, left }
    }
}

/// What of a batch did not arrive although the batch was taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Delivery {
    /// Spans that the receiver has no use for.
    pub(crate) skipped: u64,
    /// Spans that will not arrive, with the reason's name and its text.
    pub(crate) dropped: Vec<(u64, String, String)>,
}

impl Delivery {
    /// So many spans, perhaps none, will not arrive.
    fn lose(&mut self, spans: u64, reason: &str, error: String) {
        if spans > 0 {
            self.dropped.push((spans, reason.to_owned(), error));
        }
    }

    /// Spans of the batch that are no OTLP spans.
    fn lose_unreadable(&mut self, spans: u64) {
        let error = format!("{spans} spans are no OTLP spans");
        self.lose(spans, "undecodable", error);
    }
}

/// A key or an address that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SinkError {
    #[error("{0}: there are characters that no HTTP header may carry, copy it again")]
    Header(&'static str),
    #[error("{name}={address:?} cannot be used: {reason}")]
    Address {
        name: &'static str,
        address: String,
        reason: String,
    },
    #[error("the HTTP client cannot start: {0}")]
    Client(String),
}
