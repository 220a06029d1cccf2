//! The spans that wait to be sealed into a batch: bounded, and honest about what did not fit.

use super::dropped::{Dropped, Reason};

/// A batch is sealed when it has this many bytes: about 14 KiB are left of them in gzip.
#[cfg(feature = "gzip")]
pub(super) const FULL_BATCH_BYTES: usize = 96 * 1024;
#[cfg(not(feature = "gzip"))]
pub(super) const FULL_BATCH_BYTES: usize = PLAIN_BATCH_BYTES;
/// And this many if it leaves as it is.
pub(super) const PLAIN_BATCH_BYTES: usize = 16 * 1024;
/// Or this many spans.
const FULL_BATCH_SPANS: usize = 512;

/// One ended span, ready for the wire.
#[derive(Debug, PartialEq)]
pub(crate) struct EncodedSpan {
    pub(crate) bytes: Vec<u8>,
    pub(crate) scope: usize,
    pub(crate) is_error: bool,
}

#[derive(Debug)]
pub(crate) struct Queue {
    waiting: Vec<EncodedSpan>,
    bytes: usize,
    capacity: usize,
    pub(crate) dropped: Dropped,
}

impl Queue {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            waiting: Vec::new(),
            bytes: 0,
            capacity,
            dropped: Dropped::default(),
        }
    }

    pub(crate) fn push(&mut self, span: EncodedSpan) {
        #[cfg(feature = "testing")]
        crate::testing::keep(&span.bytes);
        self.bytes += span.bytes.len();
        self.waiting.push(span);
        if self.waiting.len() > self.capacity {
            self.drop_one();
        }
    }

    /// The oldest spans, as many as make one batch of `most_bytes`; at least one if any wait.
    pub(crate) fn take_batch(&mut self, most_bytes: usize) -> Vec<EncodedSpan> {
        let rest = self.waiting.split_off(self.next_batch_length(most_bytes));
        let spans = std::mem::replace(&mut self.waiting, rest);
        self.bytes -= size(&spans);
        spans
    }

    fn next_batch_length(&self, most_bytes: usize) -> usize {
        let mut bytes = 0;
        for (count, span) in self.waiting.iter().enumerate() {
            bytes += span.bytes.len();
            let is_full = bytes > most_bytes || count == FULL_BATCH_SPANS;
            if is_full && count > 0 {
                return count;
            }
        }
        self.waiting.len()
    }

    pub(crate) fn has_full_batch(&self) -> bool {
        self.bytes >= FULL_BATCH_BYTES || self.waiting.len() >= FULL_BATCH_SPANS
    }

    #[cfg(test)]
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn take_all(&mut self) -> Vec<EncodedSpan> {
        self.bytes = 0;
        std::mem::take(&mut self.waiting)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Above capacity the oldest span without an error goes, else the oldest of all.
    fn drop_one(&mut self) {
        let expendable = self.waiting.iter().position(|span| !span.is_error);
        let gone = self.waiting.remove(expendable.unwrap_or(0));
        self.bytes -= gone.bytes.len();
        self.dropped.count(Reason::QueueFull, 1);
    }
}

fn size(spans: &[EncodedSpan]) -> usize {
    spans.iter().map(|span| span.bytes.len()).sum()
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
#[path = "queue_tests.rs"]
mod tests;
