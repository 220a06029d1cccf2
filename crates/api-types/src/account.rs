//! People: what everybody sees of them, and what they see of themselves.

use serde::{Deserialize, Serialize};

use crate::{lenient::null_as_default, time::Timestamp};

/// `POST /api/auth/signin`.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignIn {
    #[serde(default, deserialize_with = "null_as_default")]
    pub email: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub password: String,
}

/// The password must not reach a log by way of `{:?}`.
impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignIn").finish_non_exhaustive()
    }
}

/// The signed-in account: the answer to a sign-in and to `GET /api/auth/me`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    pub handle: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub display_name: String,
    /// Notifications that arrived since they were last looked at.
    #[serde(default, deserialize_with = "null_as_default")]
    pub unread_notifications_count: u32,
}

/// A person in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserSummary {
    pub handle: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub display_name: String,
}

/// `GET /api/users/@{handle}`: the heading of a profile page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    pub handle: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub display_name: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub bio: String,
    /// Cruds that have not expired, without replies.
    #[serde(default, deserialize_with = "null_as_default")]
    pub cruds_count: u32,
    #[serde(default)]
    pub created_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_stays_out_of_debug_output() {
        let sign_in = SignIn {
            email: "worf@example.com".to_owned(),
            password: "prune juice".to_owned(),
        };
        assert!(!format!("{sign_in:?}").contains("prune"));
    }
}
