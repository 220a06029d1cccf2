//! Spans that were given up, counted by reason until a receiver was told.

use crate::otlp::{self, Attributes};

/// Why spans were given up.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reason {
    /// More were waiting than there is room for.
    QueueFull,
    /// A receiver refused them for good.
    Rejected,
    /// No receiver could be reached for a day.
    Expired,
    /// The application did not want them sent.
    Discarded,
    /// An error that was not told, on a span that was: the same again, or one of too many.
    ExceptionRepeated,
}

const KEYS: [&str; 5] = [
    "otel.sdk.span.dropped.queue_full",
    "otel.sdk.span.dropped.rejected",
    "otel.sdk.span.dropped.expired",
    "otel.sdk.span.dropped.discarded",
    "otel.sdk.exception.dropped",
];

/// A count for each reason.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Dropped(pub(crate) [u32; KEYS.len()]);

impl Dropped {
    pub(crate) fn count(&mut self, reason: Reason, spans: u32) {
        self.0[reason as usize] += spans;
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (count, more) in self.0.iter_mut().zip(other.0) {
            *count += more;
        }
    }

    /// As attributes of the batch that tells; none where nothing was dropped.
    pub(crate) fn attributes(self) -> Attributes {
        let mut attributes = otlp::resource_attributes();
        for (key, count) in KEYS.into_iter().zip(self.0) {
            if count > 0 {
                attributes.set(key, i64::from(count));
            }
        }
        attributes
    }
}
