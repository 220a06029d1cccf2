//! A checksum of each span, written with it and compared whenever it is read.
//!
//! SQLite guards its log with checksums and its pages with none: a disk that flips a bit
//! gives back another span. Such a row is left where it is, left out of traces and batches,
//! and counted by each sink that came to it as dropped, reason `damaged`.

use crc32fast::Hasher;

/// CRC-32 over ids and body, so that a body under the wrong id is found, too.
pub(super) fn of(trace_id: &[u8], span_id: &[u8], body: &[u8]) -> u32 {
    let mut hasher = Hasher::new();
    for part in [trace_id, span_id, body] {
        hasher.update(part);
    }
    hasher.finalize()
}
