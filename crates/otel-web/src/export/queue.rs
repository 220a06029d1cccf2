//! The spans that wait for export: bounded, and honest about what did not fit.

use std::ops::AddAssign;

use crate::otlp::{self, Attributes};

/// A batch this large is sent without waiting for more. Uncompressed; some 50 spans.
const FULL_BATCH_BYTES: usize = 16 * 1024;
/// And so is one of this many spans.
const FULL_BATCH_SPANS: usize = 512;

/// One ended span, ready for the wire.
#[derive(Debug, PartialEq)]
pub(crate) struct EncodedSpan {
    pub(crate) bytes: Vec<u8>,
    pub(crate) scope: usize,
    pub(crate) is_error: bool,
}

/// Spans that leave together, and the news of those given up before them.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Batch {
    pub(crate) spans: Vec<EncodedSpan>,
    pub(crate) dropped: Dropped,
}

impl Batch {
    /// Two halves, for a receiver that found the whole too large; a single span comes back as it is.
    pub(crate) fn split(mut self) -> Result<(Self, Self), Self> {
        if self.spans.len() < 2 {
            return Err(self);
        }
        let rest = Self {
            spans: self.spans.split_off(self.spans.len() / 2),
            dropped: Dropped::default(),
        };
        Ok((self, rest))
    }
}

/// Why spans were given up, counted until a receiver was told.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Dropped {
    pub(crate) queue_full: u32,
    pub(crate) rejected: u32,
}

impl Dropped {
    /// As attributes of the batch that tells; none where nothing was dropped.
    pub(crate) fn attributes(self) -> Attributes {
        let mut attributes = otlp::resource_attributes();
        let mut tell = |key: &str, count: u32| {
            if count > 0 {
                attributes.set(key, i64::from(count));
            }
        };
        tell("otel.sdk.span.dropped.queue_full", self.queue_full);
        tell("otel.sdk.span.dropped.rejected", self.rejected);
        attributes
    }
}

impl AddAssign for Dropped {
    fn add_assign(&mut self, other: Self) {
        self.queue_full += other.queue_full;
        self.rejected += other.rejected;
    }
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
        self.shrink();
    }

    /// Puts back what could not be delivered, before what has ended since.
    pub(crate) fn restore(&mut self, mut batch: Batch) {
        self.dropped += batch.dropped;
        self.bytes += size(&batch.spans);
        batch.spans.append(&mut self.waiting);
        self.waiting = batch.spans;
        self.shrink();
    }

    /// The oldest spans, as many as fit into one batch; at least one if any wait.
    pub(crate) fn take_batch(&mut self) -> Option<Batch> {
        let count = self.next_batch_length();
        if count == 0 {
            return None;
        }
        let rest = self.waiting.split_off(count);
        let spans = std::mem::replace(&mut self.waiting, rest);
        self.bytes -= size(&spans);
        let dropped = std::mem::take(&mut self.dropped);
        Some(Batch { spans, dropped })
    }

    fn next_batch_length(&self) -> usize {
        let mut bytes = 0;
        for (count, span) in self.waiting.iter().enumerate() {
            bytes += span.bytes.len();
            let is_full = bytes > FULL_BATCH_BYTES || count == FULL_BATCH_SPANS;
            if is_full && count > 0 {
                return count;
            }
        }
        self.waiting.len()
    }

    /// Gives up a batch that no receiver will ever accept.
    pub(crate) fn reject(&mut self, batch: &Batch) {
        self.dropped += batch.dropped;
        self.dropped.rejected += u32::try_from(batch.spans.len()).unwrap_or(u32::MAX);
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

    /// Above capacity the oldest spans go first, those without an error before those with one.
    fn shrink(&mut self) {
        while self.waiting.len() > self.capacity {
            let expendable = self.waiting.iter().position(|span| !span.is_error);
            let index = expendable.unwrap_or(0);
            self.bytes -= self.waiting.remove(index).bytes.len();
            self.dropped.queue_full += 1;
        }
    }
}

fn size(spans: &[EncodedSpan]) -> usize {
    spans.iter().map(|span| span.bytes.len()).sum()
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
#[path = "queue_tests.rs"]
mod tests;
