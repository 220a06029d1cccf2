//! Requests, responses and error codes shared by Cruddur's front end and back end.
//!
//! Both ends compile the same types and the same validation, so the limits on the page are the
//! limits of the API. The crate is pure: it reads no clock and does no I/O. It depends on
//! `serde` and `unicode-ident` alone, because every visitor downloads it as part of the page. The
//! feature `openapi` adds schemas for the back end's OpenAPI document.
//!
//! | module | contents |
//! |---|---|
//! | [`activity`] | a crud or reply, its counts, and notifications |
//! | [`account`] | profile, signed-in account, its sessions, requests with credentials |
//! | [`credentials`] | email addresses, handles, passwords, and codes sent by mail |
//! | [`message`] | direct messages and conversations |
//! | [`live`] | live updates |
//! | [`sidebar`] | trending hashtags |
//! | [`ttl`] | the seven lifetimes of a crud |
//! | [`time`] | a timestamp, serialized as RFC 3339 |
//! | [`code`] | validation codes (422), and the body of every other error |
//! | [`limits`], [`validate`] | the limits, and validation against them |
//! | [`text`] | hashtags and mentions in a message |
//! | [`visible`] | invisible characters, and line counts |
//! | [`page`] | the `Link` header with the next page of a feed |
//!
//! Deserialization is lenient: unknown fields are ignored, missing and `null` fields take their
//! defaults, and times without an offset are UTC.

pub mod account;
pub mod activity;
pub mod code;
pub mod credentials;
mod lenient;
pub mod limits;
pub mod live;
pub mod message;
pub mod page;
pub mod sidebar;
pub mod text;
pub mod time;
pub mod ttl;
pub mod validate;
pub mod visible;

pub use account::{
    CodeRequest, Confirmation, Me, PasswordReset, Profile, ProfileUpdate, SessionInfo, SignIn,
    SignUp, UserSummary,
};
pub use activity::{
    Activity, Counts, NewActivity, NewReply, Notification, NotificationKind, NotificationsRead,
};
pub use code::{Code, Problem};
pub use limits::{
    BIO_MAX_CHARS, BIO_MAX_LINES, CODE_DIGITS, CRUD_MAX_CHARS, DIRECT_MESSAGE_MAX_CHARS,
    DISPLAY_NAME_MAX_CHARS, EMAIL_MAX_CHARS, HANDLE_MAX_CHARS, HANDLE_MIN_CHARS, MESSAGE_MAX_LINES,
    PASSWORD_MAX_CHARS, PASSWORD_MIN_CHARS, REPLY_MAX_CHARS, SEARCH_TERM_MAX_CHARS,
    SEARCH_TERM_MAX_WORDS,
};
pub use live::{LiveMessage, LiveState};
pub use message::{Message, MessageGroup, MessagesRead, NewMessage, UnreadConversations};
pub use sidebar::TrendingTag;
pub use time::Timestamp;
pub use ttl::Ttl;

/// The name of the header with the client's key for all attempts of one request.
pub const IDEMPOTENCY_KEY_HEADER: &str = "idempotency-key";
