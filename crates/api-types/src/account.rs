//! Accounts: sign-in requests, public profiles, and the signed-in account.

use serde::{Deserialize, Serialize};

use crate::{lenient::null_as_default, time::Timestamp};

/// The body of `POST /api/auth/signin`.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignIn {
    #[serde(default, deserialize_with = "null_as_default")]
    pub email: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub password: String,
}

/// Omits every field, so that `{:?}` never writes a password to a log.
impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignIn").finish_non_exhaustive()
    }
}

/// The signed-in account: the response to a sign-in and to `GET /api/auth/me`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    pub handle: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub display_name: String,
    /// The number of notifications newer than the last one marked as read.
    #[serde(default, deserialize_with = "null_as_default")]
    pub unread_notifications_count: u32,
    /// The number of conversations with a message newer than the last one marked as read.
    #[serde(default, deserialize_with = "null_as_default")]
    pub unread_conversations_count: u32,
}

/// An account in a list, such as the suggested users.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserSummary {
    pub handle: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub display_name: String,
}

/// The response to `GET /api/users/@{handle}`: the heading of a profile page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    pub handle: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub display_name: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub bio: String,
    /// The number of cruds that have not expired. Replies are not counted.
    #[serde(default, deserialize_with = "null_as_default")]
    pub cruds_count: u32,
    #[serde(default)]
    pub created_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_omits_the_password() {
        let sign_in = SignIn {
            email: "worf@example.com".to_owned(),
            password: "prune juice".to_owned(),
        };
        assert!(!format!("{sign_in:?}").contains("prune"));
    }
}
