//! Counts of dropped spans by reason, until a batch reports them to a receiver.

use crate::core::otlp::attributes::{self, Attributes};

/// Why spans were dropped.
#[derive(Clone, Copy, Debug)]
pub(crate) enum DropReason {
    /// The queue or the storage was full.
    QueueFull,
    /// A receiver rejected them.
    Rejected,
    /// No receiver was reachable for a day.
    Expired,
    /// The application's `on_end` hook discarded them.
    Discarded,
    /// Counts exceptions, not spans: one was repeated, or there were too many in a minute.
    ExceptionRepeated,
}

const KEYS: [&str; 5] = [
    "otel.sdk.span.dropped.queue_full",
    "otel.sdk.span.dropped.rejected",
    "otel.sdk.span.dropped.expired",
    "otel.sdk.span.dropped.discarded",
    "otel.sdk.exception.dropped",
];

/// A count for each [`DropReason`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct DropCounts(pub(crate) [u32; KEYS.len()]);

impl DropCounts {
    pub(crate) fn add(&mut self, reason: DropReason, count: u32) {
        self.0[reason as usize] += count;
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (count, more) in self.0.iter_mut().zip(other.0) {
            *count += more;
        }
    }

    /// Returns the counts as resource attributes. Counts of zero are left out.
    pub(crate) fn attributes(self) -> Attributes {
        let mut attributes = attributes::resource_attributes();
        for (key, count) in KEYS.into_iter().zip(self.0) {
            if count > 0 {
                attributes.set(key, i64::from(count));
            }
        }
        attributes
    }
}
