//! Cruddur's HTTP API as functions, one file per resource.
//!
//! Every request goes through `otel_web::fetch`, which makes it a span of the action that caused it.

pub(crate) mod activities;
mod answer;
pub(crate) mod auth;
pub(crate) mod discover;
mod failure;
mod idempotency;

pub(crate) use activities::Page;
pub(crate) use failure::Failure;

pub(crate) type Answer<T> = Result<T, Failure>;
