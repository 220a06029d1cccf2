//! The spans that wait to become part of a batch. The queue is bounded, and counts dropped spans.

use crate::core::drops::{DropCounts, DropReason};
#[cfg(feature = "testing")]
use crate::trace::hooks;

/// The size limit of a batch before compression. Gzip reduces it to about 14 KiB.
#[cfg(feature = "gzip")]
pub(crate) const MAX_BATCH_BYTES: usize = 96 * 1024;
#[cfg(not(feature = "gzip"))]
pub(crate) const MAX_BATCH_BYTES: usize = MAX_UNCOMPRESSED_BATCH_BYTES;
/// The size limit of a batch that is sent uncompressed.
pub(crate) const MAX_UNCOMPRESSED_BATCH_BYTES: usize = 16 * 1024;
const MAX_BATCH_SPANS: usize = 512;

/// An ended span in the encoding of OTLP.
#[derive(Debug, PartialEq)]
pub(crate) struct EncodedSpan {
    pub(crate) bytes: Vec<u8>,
    pub(crate) scope: usize,
    pub(crate) is_error: bool,
}

/// Spans in the order in which they ended.
#[derive(Debug)]
pub(crate) struct SpanQueue {
    spans: Vec<EncodedSpan>,
    bytes: usize,
    capacity: usize,
    pub(crate) drops: DropCounts,
}

impl SpanQueue {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            spans: Vec::new(),
            bytes: 0,
            capacity,
            drops: DropCounts::default(),
        }
    }

    /// Appends a span. If the queue is full, drops another one.
    pub(crate) fn push(&mut self, span: EncodedSpan) {
        #[cfg(feature = "testing")]
        (hooks::get().on_queued)(&span.bytes);
        self.bytes += span.bytes.len();
        self.spans.push(span);
        if self.spans.len() > self.capacity {
            self.drop_one();
        }
    }

    /// Removes and returns the oldest spans, up to `max_bytes`, but at least one if there is any.
    pub(crate) fn take_batch(&mut self, max_bytes: usize) -> Vec<EncodedSpan> {
        let rest = self.spans.split_off(self.next_batch_length(max_bytes));
        let spans = std::mem::replace(&mut self.spans, rest);
        self.bytes -= size(&spans);
        spans
    }

    fn next_batch_length(&self, max_bytes: usize) -> usize {
        let mut bytes = 0;
        for (count, span) in self.spans.iter().enumerate() {
            bytes += span.bytes.len();
            let is_full = bytes > max_bytes || count == MAX_BATCH_SPANS;
            if is_full && count > 0 {
                return count;
            }
        }
        self.spans.len()
    }

    pub(crate) fn has_full_batch(&self) -> bool {
        self.bytes >= MAX_BATCH_BYTES || self.spans.len() >= MAX_BATCH_SPANS
    }

    #[cfg(test)]
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn take_all(&mut self) -> Vec<EncodedSpan> {
        self.bytes = 0;
        std::mem::take(&mut self.spans)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Drops the oldest span without an error, or else the oldest of all.
    fn drop_one(&mut self) {
        let without_error = self.spans.iter().position(|span| !span.is_error);
        let dropped = self.spans.remove(without_error.unwrap_or(0));
        self.bytes -= dropped.bytes.len();
        self.drops.add(DropReason::QueueFull, 1);
    }
}

fn size(spans: &[EncodedSpan]) -> usize {
    spans.iter().map(|span| span.bytes.len()).sum()
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn span(number: u8) -> EncodedSpan {
        EncodedSpan {
            bytes: vec![number],
            scope: 0,
            is_error: false,
        }
    }

    fn numbers(spans: &[EncodedSpan]) -> Vec<u8> {
        spans.iter().map(|span| span.bytes[0]).collect()
    }

    #[test]
    fn full_queue_drops_spans_without_an_error_first() {
        let mut queue = SpanQueue::new(2);
        queue.push(EncodedSpan {
            is_error: true,
            ..span(1)
        });
        queue.push(span(2));
        queue.push(span(3));
        assert_eq!(numbers(&queue.take_all()), [1, 3]);
        assert_eq!(queue.drops, DropCounts([1, 0, 0, 0, 0]));
    }

    #[test]
    fn queue_full_of_errors_drops_the_oldest() {
        let mut queue = SpanQueue::new(2);
        for number in 1..=3 {
            queue.push(EncodedSpan {
                is_error: true,
                ..span(number)
            });
        }
        assert_eq!(numbers(&queue.take_all()), [2, 3]);
    }

    #[test]
    fn spans_are_dropped_one_by_one() {
        const CAPACITY: usize = 2048;
        for is_error in [true, false] {
            let mut queue = SpanQueue::new(CAPACITY);
            for surplus in 0..3 {
                let spans = if surplus == 0 { CAPACITY } else { 1 };
                for _ in 0..spans {
                    queue.push(EncodedSpan {
                        is_error,
                        ..span(7)
                    });
                }
                assert_eq!(queue.drops.0[0], surplus, "errors: {is_error}");
                assert_eq!(queue.spans.len(), CAPACITY);
            }
        }
    }

    #[test]
    fn errors_are_kept_when_later_spans_exceed_the_capacity() {
        let mut queue = SpanQueue::new(64);
        for number in 0..200 {
            queue.push(EncodedSpan {
                is_error: number < 64,
                ..span(number)
            });
        }
        let remaining = numbers(&queue.take_all());
        assert_eq!(remaining, (0..64).collect::<Vec<_>>());
        assert_eq!(queue.drops.0[0], 136);
    }

    #[test]
    fn batch_exceeds_the_limit_only_with_a_single_span() {
        let mut queue = SpanQueue::new(10);
        let large = || EncodedSpan {
            bytes: vec![0; MAX_BATCH_BYTES + 1],
            scope: 0,
            is_error: false,
        };
        queue.push(large());
        queue.push(large());
        assert!(queue.has_full_batch());
        assert_eq!(queue.take_batch(MAX_BATCH_BYTES).len(), 1);
        assert_eq!(queue.take_batch(MAX_BATCH_BYTES).len(), 1);
        assert!(queue.take_batch(MAX_BATCH_BYTES).is_empty());
    }

    proptest! {
        #[test]
        fn every_span_is_queued_taken_or_counted(steps in proptest::collection::vec(0..5_u8, 0..200)) {
            let mut queue = SpanQueue::new(40);
            let mut pushed = 0;
            let mut taken = 0;
            for step in steps {
                match step {
                    4 => taken += queue.take_batch(3).len(),
                    _ => { queue.push(span(step)); pushed += 1; }
                }
            }
            let queued = queue.spans.len();
            prop_assert_eq!(pushed, queued + taken + queue.drops.0[0] as usize);
            prop_assert_eq!(queue.bytes, size(&queue.spans));
            prop_assert!(queued <= 40);
        }
    }
}
