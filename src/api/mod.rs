//! Cruddur's HTTP API as functions, one file per resource.
//!
//! Every request goes through `otel_web::fetch`, which records it as a span of the current action.

pub(crate) mod accounts;
pub(crate) mod activities;
pub(crate) mod auth;
pub(crate) mod discover;
mod error;
pub(crate) mod idempotency;
pub(crate) mod live;
pub(crate) mod messages;
mod response;

pub(crate) use activities::Page;
pub(crate) use error::ApiError;
pub(crate) use messages::MessagePage;

pub(crate) type ApiResult<T> = Result<T, ApiError>;
