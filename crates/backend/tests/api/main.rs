//! The API as its callers see it: requests through the real router on a database of their own.

mod accounts;
mod errors;
mod feeds;
mod notifications;
mod reactions;
mod search;
mod sidebar;
mod support;
mod traces;
mod traces_of_failures;
mod writing;
