//! Requests through the router, each test on its own database.
//!
//! This is the contract of both databases: `cargo xtask test unit` runs it on SQLite files, and again on a
//! PostgreSQL server.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod accounts;
mod authoring;
mod bearer_tokens;
mod concurrency;
mod database;
mod demo_data;
mod errors;
mod feeds;
mod idempotency;
mod issuer;
mod live;
mod messages;
mod notifications;
mod openapi;
mod origins;
mod outbox;
mod page;
mod profile;
mod reactions;
mod recovery;
mod remote_contexts;
mod replies;
mod request_ids;
mod schema;
mod search;
mod session_list;
mod sessions;
mod sidebar;
mod sign_in_limits;
mod sign_up;
mod smtp;
mod storage;
mod support;
mod sweeper;
mod text;
mod traces;
mod traces_of_failures;
