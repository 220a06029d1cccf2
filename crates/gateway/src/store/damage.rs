//! What a disk did to the store: how it is noticed.
//!
//! SQLite guards its log with checksums and its pages with none: a disk that flips a bit
//! gives back another span. So each span has a checksum, written with it and compared
//! whenever it is read. A row that does not match is left where it is, left out of traces
//! and batches, and counted by each sink that came to it as dropped, reason `damaged`. An
//! origin that does not match costs its spans their resource and scope, and nothing else.

use std::error::Error;

use crc32fast::Hasher;
use rusqlite::{ErrorCode, types::Type};

use crate::wire::Origin;

/// CRC-32 over a span's ids and body, so that a body under the wrong id is found, too.
pub(super) fn checksum(trace: i64, span_id: &[u8], body: &[u8]) -> u32 {
    of_parts(&[&trace.to_le_bytes(), span_id, body])
}

/// CRC-32 over what spans share.
pub(super) fn origin_checksum(origin: &Origin) -> u32 {
    of_parts(&[
        &origin.resource,
        origin.resource_schema_url.as_bytes(),
        &origin.scope,
        origin.scope_schema_url.as_bytes(),
    ])
}

fn of_parts(parts: &[&[u8]]) -> u32 {
    let mut hasher = Hasher::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize()
}

/// Only what decodes is stored: what does not was damaged since.
pub(super) fn undecodable(error: impl Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(1, Type::Blob, Box::new(error))
}

/// A row cannot be read: SQLite's own error for it, or a value of a type that was never written.
pub(super) fn is_of_row(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error_code();
    code.is_none_or(|code| code == ErrorCode::DatabaseCorrupt)
}

/// SQLite cannot work with the file.
pub(super) fn is_of_file(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error_code();
    matches!(
        code,
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt)
    )
}
