//! Sign-in, sign-out and the current account.

use api_types::{Me, SignIn};
use otel_web::fetch::Request;

use super::response::{accepted, json, with_body};
use super::{ApiError, ApiResult};

/// Returns the account of the browser's session, or `None` if the user is signed out.
pub(crate) async fn me() -> ApiResult<Option<Me>> {
    json(
        Request::get("/api/auth/me")
            .url_template("/api/auth/me")
            .build(),
    )
    .await
}

/// Starts a session for the account with these credentials.
pub(crate) async fn sign_in(sign_in: &SignIn) -> ApiResult<Me> {
    let request = Request::post("/api/auth/signin").url_template("/api/auth/signin");
    json(with_body(request, sign_in))
        .await
        .map_err(|error| match error {
            ApiError::SignInRequired => ApiError::WrongCredentials,
            error => error,
        })
}

/// Ends every session of the account, including those on other devices.
pub(crate) async fn sign_out_everywhere() -> ApiResult<()> {
    accepted(
        Request::post("/api/auth/signout-everywhere")
            .url_template("/api/auth/signout-everywhere")
            .build(),
    )
    .await
}

/// Ends the browser's session.
pub(crate) async fn sign_out() -> ApiResult<()> {
    accepted(
        Request::post("/api/auth/signout")
            .url_template("/api/auth/signout")
            .build(),
    )
    .await
}
