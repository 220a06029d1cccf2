//! Detects what a faulty disk did to the store.
//!
//! SQLite has checksums for its log and none for its pages, so a flipped bit yields another
//! span. Each span therefore has a checksum, which is compared whenever the span is read. A row
//! with a wrong checksum stays in the table and is left out of traces and batches. Each sink
//! that reaches it counts it as dropped for the reason `damaged`. The spans of a damaged origin
//! lose their resource and scope, and nothing else.

use std::error::Error;

use crc32fast::Hasher;
use rusqlite::{ErrorCode, types::Type};

use crate::wire::Origin;

/// Returns the CRC-32 of a span's ids and body. It also detects a body under a wrong id.
pub(super) fn checksum(trace: i64, span_id: &[u8], body: &[u8]) -> u32 {
    crc32(&[&trace.to_le_bytes(), span_id, body])
}

/// Returns the CRC-32 of a resource and a scope.
pub(super) fn origin_checksum(origin: &Origin) -> u32 {
    crc32(&[
        &origin.resource,
        origin.resource_schema_url.as_bytes(),
        &origin.scope,
        origin.scope_schema_url.as_bytes(),
    ])
}

fn crc32(parts: &[&[u8]]) -> u32 {
    let mut hasher = Hasher::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize()
}

/// Converts a decoding error. Only decodable data is stored, so the data was damaged since.
pub(super) fn undecodable(error: impl Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(1, Type::Blob, Box::new(error))
}

/// Whether a row cannot be read: SQLite reports it as corrupt, or a value has a type that was
/// never written.
pub(super) fn is_row_damage(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error_code();
    code.is_none_or(|code| code == ErrorCode::DatabaseCorrupt)
}

/// Whether SQLite cannot use the file.
pub(super) fn is_file_damage(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error_code();
    matches!(
        code,
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt)
    )
}
