//! Every SQL statement of Cruddur, over an SQLite file.
//!
//! | module | what it holds |
//! |---|---|
//! | `open`, `migrations` | opening the file and bringing its schema up to date |
//! | `pool` | the connections, by what they are for, and how long a statement may run |
//! | `write_transaction` | a transaction, after which no connection is left in doubt |
//! | `write_probe` | whether writing works |
//! | `sweep` | deleting what has expired, in small steps |
//! | `statement` | a statement with the CLIENT span it runs in |
//! | `cursor` | where a page of a feed begins |
//! | `activities` | reading feeds, cruds and replies |
//! | `authoring` | writing and deleting them |
//! | `reactions` | likes and reposts |
//! | `notifications`, `search`, `sidebar` | what their names say |
//! | `users`, `sessions`, `devices` | accounts, who is signed in, and where they did so before |
//! | `idempotency` | the answers to requests that carried a key |
//! | `address` | what `DATABASE_URL` names |
//!
//! Times are milliseconds since 1970, identifiers in the API are UUIDs, the ones in here are not
//! for others. What has expired is filtered by every statement that reads. Whatever belongs to a
//! crud goes with it, by `ON DELETE CASCADE`.

pub(crate) mod activities;
mod address;
pub(crate) mod authoring;
pub(crate) mod cursor;
pub(crate) mod devices;
pub(crate) mod idempotency;
mod migrations;
pub(crate) mod notifications;
mod open;
mod pool;
pub(crate) mod reactions;
pub(crate) mod search;
pub(crate) mod sessions;
pub(crate) mod sidebar;
mod statement;
pub(crate) mod sweep;
pub(crate) mod users;
pub(crate) mod write_probe;
mod write_transaction;

pub use open::open;
pub use pool::Pool;
pub(crate) use statement::Statement;
pub(crate) use write_transaction::WriteTransaction;

/// The outcome of a statement.
pub(crate) type Result<T> = std::result::Result<T, sqlx::Error>;
