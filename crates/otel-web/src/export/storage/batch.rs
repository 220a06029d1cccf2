//! A batch, and the bytes as which it is stored.

use crate::core::drops::DropCounts;
use crate::export::storage::batch_state::BatchState;

/// What is known about a batch without decoding its body.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct BatchHeader {
    /// When the batch was built, in seconds since 1970.
    pub(crate) built_s: u32,
    pub(crate) span_count: u32,
    pub(crate) has_error: bool,
    /// The dropped spans that this batch reports.
    pub(crate) drops: DropCounts,
}

/// The body of an export request, which is not changed any more.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) number: u32,
    pub(crate) header: BatchHeader,
    pub(crate) body: Vec<u8>,
    /// Changed by [`BatchQueue::apply`](super::batch_queue::BatchQueue::apply) only.
    pub(super) state: BatchState,
    pub(crate) is_stored: bool,
}

const HEADER_BYTES: usize = 12 + size_of::<DropCounts>();

impl BatchHeader {
    fn encode(&self) -> Vec<u8> {
        let fields = [self.built_s, self.span_count, self.has_error.into()];
        let mut bytes = Vec::with_capacity(HEADER_BYTES);
        for number in [&fields[..], &self.drops.0].concat() {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        bytes
    }

    fn decode(bytes: &[u8]) -> Self {
        let mut numbers = bytes.chunks_exact(4).map(number);
        let mut next = || numbers.next().unwrap_or_default();
        Self {
            built_s: next(),
            span_count: next(),
            has_error: next() > 0,
            drops: DropCounts(std::array::from_fn(|_| next())),
        }
    }
}

/// Encodes a batch: its header, then its body.
pub(super) fn to_bytes(header: &BatchHeader, body: &[u8]) -> Vec<u8> {
    [&header.encode()[..], body].concat()
}

/// Decodes a batch. Returns `None` for bytes that do not come from [`to_bytes`].
pub(super) fn from_bytes(mut bytes: Vec<u8>) -> Option<(BatchHeader, Vec<u8>)> {
    if bytes.len() <= HEADER_BYTES {
        return None;
    }
    let body = bytes.split_off(HEADER_BYTES);
    Some((BatchHeader::decode(&bytes), body))
}

/// Decodes the first four bytes.
pub(super) fn number(bytes: &[u8]) -> u32 {
    bytes
        .first_chunk()
        .map_or(0, |bytes| u32::from_le_bytes(*bytes))
}
