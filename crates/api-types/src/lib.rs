//! Requests, responses and error codes that Cruddur's two ends share.
//!
//! The page and the back end compile the same types and the same checks, so a limit the page shows
//! is the limit the API enforces. The crate is pure: it reads no clock, does no I/O and depends on
//! `serde` alone, because every byte of it is downloaded by every visitor.
//!
//! | module | what it holds |
//! |---|---|
//! | [`activity`] | a crud, its counts, and what a notification adds to it |
//! | [`account`] | people: profile, signed-in account, sign-in request |
//! | [`sidebar`] | trending hashtags |
//! | [`ttl`] | the seven lifetimes of a crud |
//! | [`time`] | a point in time, written as RFC 3339 |
//! | [`code`] | the codes of a 422, and the body of every other error |
//! | [`limits`], [`validate`] | the limits, and the checks against them |
//! | [`text`] | hashtags and mentions inside a message |
//! | [`visible`] | what of a text can be seen, and how many lines it takes |
//! | [`page`] | the `Link` header that pages a feed |
//!
//! Answers are read leniently: unknown fields are ignored, missing and `null` ones take their
//! defaults, and times without an offset are UTC.

pub mod account;
pub mod activity;
pub mod code;
mod lenient;
pub mod limits;
pub mod page;
pub mod sidebar;
pub mod text;
pub mod time;
pub mod ttl;
pub mod validate;
pub mod visible;

pub use account::{Me, Profile, SignIn, UserSummary};
pub use activity::{
    Activity, Counts, NewActivity, NewReply, Notification, NotificationKind, NotificationsRead,
};
pub use code::{Code, Problem};
pub use limits::{
    CRUD_MAX_CHARS, MESSAGE_MAX_LINES, REPLY_MAX_CHARS, SEARCH_TERM_MAX_CHARS,
    SEARCH_TERM_MAX_WORDS,
};
pub use sidebar::TrendingTag;
pub use time::Timestamp;
pub use ttl::Ttl;

/// The header with the key by which a client marks all attempts at one thing.
pub const IDEMPOTENCY_KEY_HEADER: &str = "idempotency-key";
