//! The API as its callers see it: requests through the real router on a database of their own.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod accounts;
mod demo_data;
mod errors;
mod feeds;
mod notifications;
mod reactions;
mod replies;
mod search;
mod sidebar;
mod storage;
mod support;
mod sweeper;
mod traces;
mod traces_of_failures;
mod writing;
