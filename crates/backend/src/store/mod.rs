//! All SQL statements, executed on an SQLite file or on a PostgreSQL server.
//!
//! Most statements have one text for both databases. Integers are `i64`, text is compared by its bytes,
//! and names in any case are compared as `lower(handle) = $1` with lowercase ASCII.
//!
//! | module | contents |
//! |---|---|
//! | `open`, `migrations` | opening the database; the schema of the SQLite file |
//! | `postgres` | the connections and the schema of PostgreSQL |
//! | `pool` | the connections by purpose, and the deadline of a statement |
//! | `write_transaction` | a transaction that never returns a connection in an unknown state |
//! | `write_probe` | a write for the health check |
//! | `sweep` | deletion of expired data, in small steps |
//! | `statement`, `query` | a statement, and with its parameters a query, which runs in a CLIENT span |
//! | `connection`, `value`, `row` | connections, parameters and rows, independent of the database |
//! | `cursor` | the start of a page |
//! | `activities` | selecting feeds, cruds and replies |
//! | `authoring` | inserting cruds and replies |
//! | `search_text`, `search_index`, `search_backlog` | the form of texts for searches, the index, and adding older cruds to it |
//! | `messages` | direct messages and conversations |
//! | `reactions` | likes and reposts |
//! | `notifications`, `search`, `sidebar` | the other lists |
//! | `users`, `sessions`, `devices` | accounts, their sessions, and the devices they have signed in on |
//! | `identities` | accounts of users with bearer tokens |
//! | `notify` | notifications of the other back ends on a PostgreSQL server |
//! | `email_codes` | sign-ups and password resets, until the code that was sent by mail is entered |
//! | `idempotency` | responses to requests with an idempotency key |
//! | `database_url` | parsing `DATABASE_URL` |
//!
//! Times are milliseconds since the Unix epoch. Integer ids are internal; the API exposes UUIDs.
//! Every statement that reads filters out expired rows. Rows that belong to a crud are deleted with
//! it, by `ON DELETE CASCADE`.

pub(crate) mod activities;
pub(crate) mod authoring;
mod connection;
pub(crate) mod cursor;
mod database;
mod database_url;
pub(crate) mod devices;
pub(crate) mod email_codes;
pub(crate) mod idempotency;
pub(crate) mod identities;
pub(crate) mod messages;
mod migrations;
pub(crate) mod notifications;
pub(crate) mod notify;
mod open;
mod pool;
mod postgres;
mod query;
pub(crate) mod reactions;
mod row;
pub(crate) mod search;
pub(crate) mod search_backlog;
mod search_index;
mod search_text;
pub(crate) mod sessions;
pub(crate) mod sidebar;
mod statement;
pub(crate) mod sweep;
pub(crate) mod users;
mod value;
pub(crate) mod write_probe;
mod write_transaction;

pub(crate) use connection::{Connection, Connections, Executor};
pub(crate) use database::Database;
pub use database_url::{DatabaseUrl, DatabaseUrlError};
pub use open::open;
pub use pool::Pool;
pub(crate) use postgres::listener::Listener;
pub(crate) use query::Query;
pub(crate) use row::{FromRow, Row};
pub(crate) use statement::Statement;
pub(crate) use value::Value;
pub(crate) use write_transaction::WriteTransaction;

/// The result of a statement.
pub(crate) type Result<T> = std::result::Result<T, sqlx::Error>;
