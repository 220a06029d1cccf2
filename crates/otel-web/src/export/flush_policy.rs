//! The policy for when queued spans become a batch.

/// The minimum time between two batches of ended traces.
const MIN_BATCH_INTERVAL_MS: f64 = 30.0;

/// The maximum time a span waits while receivers are reachable.
const MAX_SPAN_DELAY_MS: f64 = 1_000.0;

/// The delay while no receiver is reachable.
const OUTAGE_DELAY_MS: f64 = 5_000.0;

/// How long queued spans wait for their batch, named by the reason. Sorted by urgency.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(super) enum FlushDelay {
    /// No span waits.
    QueueEmpty,
    /// No receiver is reachable. Fewer and larger batches are delivered faster afterwards.
    Outage,
    /// A span has ended.
    SpanEnded,
    /// A trace has ended, but its spans may still change. They wait for other spans that end soon.
    TraceDeferred,
    /// A trace has ended. It is stored before the page can crash, unless a batch was built just now.
    RootEnded,
    /// The spans fill a batch.
    QueueFull,
}

/// The inputs of the decision for a span that has just ended.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct FlushPolicy {
    pub(super) is_full: bool,
    pub(super) is_failing: bool,
    /// Batches are built faster than they are delivered.
    pub(super) has_backlog: bool,
    pub(super) is_local_root: bool,
    /// Spans of the trace may still change.
    pub(super) is_deferred: bool,
}

impl FlushPolicy {
    pub(super) fn delay(self) -> FlushDelay {
        match self {
            Self { is_full: true, .. } => FlushDelay::QueueFull,
            Self {
                is_failing: true, ..
            } => FlushDelay::Outage,
            Self {
                has_backlog: true, ..
            }
            | Self {
                is_local_root: false,
                ..
            } => FlushDelay::SpanEnded,
            Self {
                is_deferred: true, ..
            } => FlushDelay::TraceDeferred,
            _ => FlushDelay::RootEnded,
        }
    }
}

impl FlushDelay {
    /// Returns the delay from now, given the time since the last batch was built.
    pub(super) fn ms(self, since_last_batch_ms: f64) -> f64 {
        match self {
            Self::QueueEmpty => f64::INFINITY,
            Self::Outage => OUTAGE_DELAY_MS,
            Self::SpanEnded => MAX_SPAN_DELAY_MS,
            Self::TraceDeferred => MIN_BATCH_INTERVAL_MS,
            Self::RootEnded => (MIN_BATCH_INTERVAL_MS - since_last_batch_ms).max(0.0),
            Self::QueueFull => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: FlushPolicy = FlushPolicy {
        is_full: false,
        is_failing: false,
        has_backlog: false,
        is_local_root: true,
        is_deferred: false,
    };

    #[test]
    fn ended_trace_is_flushed_at_once_unless_a_batch_was_built_just_now() {
        assert_eq!(ROOT.delay(), FlushDelay::RootEnded);
        assert_eq!(FlushDelay::RootEnded.ms(1_000.0), 0.0);
        assert_eq!(FlushDelay::RootEnded.ms(10.0), 20.0);
    }

    #[test]
    fn backlog_and_outage_increase_the_delay() {
        let backlog = FlushPolicy {
            has_backlog: true,
            ..ROOT
        };
        let failing = FlushPolicy {
            is_failing: true,
            ..backlog
        };
        let full = FlushPolicy {
            is_full: true,
            ..failing
        };
        let delays = [ROOT, backlog, failing].map(FlushPolicy::delay);
        assert!(delays.is_sorted_by(|sooner, later| sooner > later));
        assert_eq!(full.delay(), FlushDelay::QueueFull);
    }

    #[test]
    fn trace_with_deferred_spans_waits_for_their_changes() {
        let deferred = FlushPolicy {
            is_deferred: true,
            ..ROOT
        };
        assert_eq!(deferred.delay(), FlushDelay::TraceDeferred);
    }
}
