//! Where spans go on to. One file per sink, one queue, one task each.
//!
//! A [`Sink`] only knows how to send one batch and how to read the answer. Everything else
//! is the same for all: taking spans from the store, retrying, splitting, counting
//! ([`forward`]). A slow or dead sink holds back nothing but its own queue.

mod backoff;
mod counters;
mod forward;
mod honeycomb;
mod retry_after;

use std::{future::Future, time::Duration};

pub use self::honeycomb::HoneycombError;
pub(crate) use self::{counters::SinkCounters, forward::forward, honeycomb::HoneycombSink};
use crate::wire;

/// The sinks a configuration may turn on, by name.
pub(crate) const HONEYCOMB: &str = "honeycomb";

/// A place that takes OTLP requests.
pub(crate) trait Sink: Send + Sync + 'static {
    /// The most encoded bytes of a batch.
    const MAX_BYTES: usize;

    /// Tries once to send a batch.
    fn send(&self, request: &wire::Request) -> impl Future<Output = Outcome> + Send;
}

/// What became of a batch. Texts are for people and hold no key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Taken, except for spans that the receiver rejected.
    Delivered { rejected: u64 },
    /// Not now: the receiver asks to come again, after `after` if it said when.
    Retry {
        after: Option<Duration>,
        error: String,
    },
    /// The batch has to be split.
    TooLarge { error: String },
    /// Never: sending it again would give the same answer.
    Refused { reason: String, error: String },
}
