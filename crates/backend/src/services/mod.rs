//! What Cruddur does: each operation in a span of its own, without HTTP and without SQL.

pub(crate) mod account;
pub(crate) mod feeds;
pub(crate) mod health;
pub(crate) mod notifications;
pub(crate) mod people;
pub(crate) mod reactions;
pub(crate) mod sweeper;
pub(crate) mod writing;

pub(crate) use crate::store::users::User;

use crate::{Error, text::shortened};

/// The crud or reply is not there, or no longer.
pub(crate) fn no_such_crud() -> Error {
    Error::NotFound("This crud does not exist, or it has expired.".to_owned())
}

/// Nobody has this handle.
pub(crate) fn no_such_user(handle: &str) -> Error {
    Error::NotFound(format!("There is no @{} here.", shortened(handle)))
}
