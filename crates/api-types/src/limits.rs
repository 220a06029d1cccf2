//! Limits on what people write. Characters are Unicode scalar values (`char`s), not bytes.

/// The longest message of a crud.
pub const CRUD_MAX_CHARS: usize = 280;

/// The longest message of a reply.
pub const REPLY_MAX_CHARS: usize = 1024;

/// The longest search term.
pub const SEARCH_TERM_MAX_CHARS: usize = 256;

/// The most words and hashtags of a search term: each is a list of messages to walk through.
pub const SEARCH_TERM_MAX_WORDS: usize = 16;

/// The most lines of a message, empty ones included.
pub const MESSAGE_MAX_LINES: usize = 40;
