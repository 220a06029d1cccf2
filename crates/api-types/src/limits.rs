//! Limits on what people write, in Unicode scalar values (`char`s), not bytes.

/// The longest message of a crud.
pub const CRUD_MAX_CHARS: usize = 280;

/// The longest message of a reply.
pub const REPLY_MAX_CHARS: usize = 1024;
