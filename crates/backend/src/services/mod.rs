//! The operations of Cruddur, each in its own span, without HTTP and without SQL.

pub(crate) mod account;
pub(crate) mod authoring;
mod codes;
pub(crate) mod discovery;
pub(crate) mod feeds;
pub(crate) mod health;
pub(crate) mod identities;
pub(crate) mod live;
pub(crate) mod messages;
pub(crate) mod notifications;
pub(crate) mod profile;
pub(crate) mod reactions;
pub(crate) mod recovery;
pub(crate) mod registration;
pub(crate) mod search_backlog;
pub(crate) mod sessions;
pub(crate) mod sweeper;

pub(crate) use crate::store::users::User;

use crate::{Error, text::excerpt};

/// The error for a crud or reply that does not exist, or no longer.
pub(crate) fn crud_not_found() -> Error {
    Error::NotFound("This crud does not exist, or it has expired.".to_owned())
}

/// The error for a handle that does not exist.
pub(crate) fn user_not_found(handle: &str) -> Error {
    Error::NotFound(format!("There is no user @{}.", excerpt(handle)))
}
