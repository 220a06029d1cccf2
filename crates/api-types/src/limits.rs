//! Limits on user input. Characters are Unicode scalar values (`char`s), not bytes.

/// The maximum length of a crud's message, in characters.
pub const CRUD_MAX_CHARS: usize = 280;

/// The maximum length of a reply's message, in characters.
pub const REPLY_MAX_CHARS: usize = 1024;

/// The maximum length of a direct message, in characters.
pub const DIRECT_MESSAGE_MAX_CHARS: usize = 1024;

/// The maximum length of a search term, in characters.
pub const SEARCH_TERM_MAX_CHARS: usize = 256;

/// The maximum number of words and hashtags in a search term. Each of them costs an index scan.
pub const SEARCH_TERM_MAX_WORDS: usize = 16;

/// The maximum number of lines in a message, including empty lines.
pub const MESSAGE_MAX_LINES: usize = 40;
