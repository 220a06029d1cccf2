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

/// The maximum length of a display name, in characters.
pub const DISPLAY_NAME_MAX_CHARS: usize = 50;

/// The maximum length of a bio, in characters.
pub const BIO_MAX_CHARS: usize = 160;

/// The maximum number of lines in a bio, including empty lines.
pub const BIO_MAX_LINES: usize = 4;

/// The minimum length of a handle, in characters.
pub const HANDLE_MIN_CHARS: usize = 3;

/// The maximum length of a handle, in characters.
pub const HANDLE_MAX_CHARS: usize = 30;

/// The maximum length of an email address, in characters. SMTP allows no longer one.
pub const EMAIL_MAX_CHARS: usize = 254;

/// The minimum length of a password, in characters.
pub const PASSWORD_MIN_CHARS: usize = 10;

/// The maximum length of a password, in characters.
pub const PASSWORD_MAX_CHARS: usize = 256;

/// The number of digits of a code that is sent by mail.
pub const CODE_DIGITS: usize = 8;
