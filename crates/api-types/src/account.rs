//! Accounts: requests with credentials, public profiles, the signed-in account, and its sessions.

use serde::{Deserialize, Serialize};

use crate::{lenient::null_as_default, time::Timestamp};

/// The body of `POST /api/auth/signin`.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignIn {
    #[serde(default, deserialize_with = "null_as_default")]
    pub email: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub password: String,
}

/// The body of `POST /api/auth/signup`.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignUp {
    #[serde(default, deserialize_with = "null_as_default")]
    pub display_name: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub email: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub handle: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub password: String,
}

/// The body of `POST /api/auth/resend` and `POST /api/auth/recover`.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CodeRequest {
    #[serde(default, deserialize_with = "null_as_default")]
    pub email: String,
}

/// The body of `POST /api/auth/confirm`.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Confirmation {
    #[serde(default, deserialize_with = "null_as_default")]
    pub email: String,
    /// The code that was sent by mail.
    #[serde(default, deserialize_with = "null_as_default")]
    pub code: String,
}

/// The body of `POST /api/auth/reset`.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasswordReset {
    #[serde(default, deserialize_with = "null_as_default")]
    pub email: String,
    /// The code that was sent by mail.
    #[serde(default, deserialize_with = "null_as_default")]
    pub code: String,
    /// The new password.
    #[serde(default, deserialize_with = "null_as_default")]
    pub password: String,
}

/// Omits every field, so that `{:?}` never writes an address, a code or a password to a log.
macro_rules! opaque_debug {
    ($($request:ident),*) => {$(
        impl std::fmt::Debug for $request {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($request)).finish_non_exhaustive()
            }
        }
    )*};
}

opaque_debug!(SignIn, SignUp, CodeRequest, Confirmation, PasswordReset);

/// The body of `PUT /api/profile`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProfileUpdate {
    #[serde(default, deserialize_with = "null_as_default")]
    pub display_name: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub bio: String,
}

/// A session of the signed-in account, in the response to `GET /api/auth/sessions`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionInfo {
    /// Identifies the session in `DELETE /api/auth/sessions/{uuid}`. It grants no access.
    pub uuid: String,
    /// The browser and the operating system, such as "Firefox on Linux".
    #[serde(default, deserialize_with = "null_as_default")]
    pub device: String,
    pub created_at: Timestamp,
    /// Accurate to ten minutes.
    pub last_used_at: Timestamp,
    /// Whether this session sent the request.
    pub is_current: bool,
}

/// The signed-in account: the response to a sign-in and to `GET /api/auth/me`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserSummary {
    pub handle: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub display_name: String,
}

/// The response to `GET /api/users/@{handle}`: the heading of a profile page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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
    fn debug_output_omits_the_password_and_the_code() {
        let sign_in = SignIn {
            email: "worf@example.com".to_owned(),
            password: "prune juice".to_owned(),
        };
        assert_eq!(format!("{sign_in:?}"), "SignIn { .. }");
        let reset = PasswordReset {
            code: "12345678".to_owned(),
            ..PasswordReset::default()
        };
        assert_eq!(format!("{reset:?}"), "PasswordReset { .. }");
    }
}
