//! Signing in and out.

use api_types::{Me, SignIn};
use otel_web::fetch::Request;

use super::answer::{body, json, success};
use super::{Answer, Failure};

/// The account whose session the browser holds; nothing for a visitor.
pub(crate) async fn me() -> Answer<Option<Me>> {
    json(
        Request::get("/api/auth/me")
            .url_template("/api/auth/me")
            .send(),
    )
    .await
}

pub(crate) async fn sign_in(sign_in: &SignIn) -> Answer<Me> {
    let request = Request::post("/api/auth/signin").url_template("/api/auth/signin");
    json(body(request, sign_in)?.send())
        .await
        .map_err(|failure| match failure {
            Failure::SignInRequired => Failure::WrongCredentials,
            failure => failure,
        })
}

/// Ends every session of the account, also those on other devices.
pub(crate) async fn sign_out_everywhere() -> Answer<()> {
    success(
        Request::post("/api/auth/signout-everywhere")
            .url_template("/api/auth/signout-everywhere")
            .send(),
    )
    .await
    .map(drop)
}

pub(crate) async fn sign_out() -> Answer<()> {
    success(
        Request::post("/api/auth/signout")
            .url_template("/api/auth/signout")
            .send(),
    )
    .await
    .map(drop)
}
