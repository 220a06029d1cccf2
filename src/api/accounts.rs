//! Sign-up, recovery, the profile and the sessions of the account.

use api_types::{
    CodeRequest, Confirmation, PasswordReset, Profile, ProfileUpdate, SessionInfo, SignUp,
};
use otel_web::fetch::Request;
use serde::Serialize;
use urlencoding::encode;

use super::ApiResult;
use super::response::{accepted, json, with_body};

/// Stores a sign-up, whose code is sent by mail.
pub(crate) async fn sign_up(request: &SignUp) -> ApiResult<()> {
    post("/api/auth/signup", request).await
}

/// Creates the account of a sign-up.
pub(crate) async fn confirm(request: &Confirmation) -> ApiResult<()> {
    post("/api/auth/confirm", request).await
}

/// Sends another code for a sign-up.
pub(crate) async fn resend(request: &CodeRequest) -> ApiResult<()> {
    post("/api/auth/resend", request).await
}

/// Sends a code for a new password.
pub(crate) async fn recover(request: &CodeRequest) -> ApiResult<()> {
    post("/api/auth/recover", request).await
}

/// Sets a new password.
pub(crate) async fn reset(request: &PasswordReset) -> ApiResult<()> {
    post("/api/auth/reset", request).await
}

async fn post(path: &'static str, body: &impl Serialize) -> ApiResult<()> {
    let request = Request::post(path).url_template(path);
    accepted(with_body(request, body)).await
}

/// Changes the profile.
pub(crate) async fn update_profile(update: &ProfileUpdate) -> ApiResult<Profile> {
    let request = Request::put("/api/profile").url_template("/api/profile");
    json(with_body(request, update)).await
}

/// Returns the sessions of the account, last used first.
pub(crate) async fn sessions() -> ApiResult<Vec<SessionInfo>> {
    let request = Request::get("/api/auth/sessions").url_template("/api/auth/sessions");
    json(request.build()).await
}

/// Ends a session of the account.
pub(crate) async fn revoke_session(uuid: &str) -> ApiResult<()> {
    let request = Request::delete(&format!("/api/auth/sessions/{}", encode(uuid)))
        .url_template("/api/auth/sessions/{uuid}");
    accepted(request.build()).await
}
