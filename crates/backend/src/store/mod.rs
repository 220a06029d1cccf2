//! Every SQL statement of Cruddur, over an SQLite file.
//!
//! | module | what it holds |
//! |---|---|
//! | `open`, `migrations` | opening the file and bringing its schema up to date |
//! | `statement` | a statement with the CLIENT span it runs in |
//! | `cursor` | where a page of a feed begins |
//! | `activities` | reading feeds, cruds and replies |
//! | `authoring` | writing and deleting them |
//! | `reactions` | likes and reposts |
//! | `notifications`, `search`, `sidebar` | what their names say |
//! | `users`, `sessions` | accounts and who is signed in |
//!
//! Times are milliseconds since 1970, identifiers in the API are UUIDs, the ones in here are not
//! for others. What has expired is filtered by every statement that reads. Whatever belongs to a
//! crud goes with it, by `ON DELETE CASCADE`.

pub(crate) mod activities;
pub(crate) mod authoring;
pub(crate) mod cursor;
mod migrations;
pub(crate) mod notifications;
mod open;
pub(crate) mod reactions;
pub(crate) mod search;
pub(crate) mod sessions;
pub(crate) mod sidebar;
mod statement;
pub(crate) mod users;

pub use open::open;
pub(crate) use statement::Statement;

/// Connections to one database.
pub type Pool = sqlx::SqlitePool;

/// The outcome of a statement.
pub(crate) type Result<T> = std::result::Result<T, sqlx::Error>;
