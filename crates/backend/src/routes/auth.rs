//! Signing in and out by a cookie that scripts cannot read and other sites cannot send along with
//! what changes anything.

use api_types::{Me, SignIn};
use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, HeaderName, StatusCode, header::SET_COOKIE},
    routing::{get, post},
};

use crate::{
    AppState, Error,
    extract::{Body, SESSION_COOKIE, Viewer, session_token},
    services::account::{self, SESSION_SECONDS},
};

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/api/auth/signin", post(sign_in))
        .route("/api/auth/signout", post(sign_out))
        .route("/api/auth/me", get(me))
}

type Cookie = [(HeaderName, String); 1];

async fn sign_in(
    State(state): State<AppState>,
    Body(request): Body<SignIn>,
) -> Result<(Cookie, Json<Me>), Error> {
    let session = account::sign_in(&state, request).await?;
    Ok((cookie(&session.token, SESSION_SECONDS), Json(session.me)))
}

async fn sign_out(
    State(state): State<AppState>,
    headers: HeaderMap,
) -> Result<(StatusCode, Cookie), Error> {
    if let Some(token) = session_token(&headers) {
        account::sign_out(&state.db, token).await?;
    }
    Ok((StatusCode::NO_CONTENT, cookie("", 0)))
}

/// `null` for a visitor: that nobody is signed in is an answer, not an error.
async fn me(
    State(state): State<AppState>,
    Viewer(viewer): Viewer,
) -> Result<Json<Option<Me>>, Error> {
    match viewer {
        Some(user) => Ok(Json(Some(account::current(&state.db, user).await?))),
        None => Ok(Json(None)),
    }
}

fn cookie(token: &str, max_age_seconds: i64) -> Cookie {
    let attributes = format!("HttpOnly; SameSite=Lax; Path=/; Max-Age={max_age_seconds}");
    [(
        SET_COOKIE,
        format!("{SESSION_COOKIE}={token}; {attributes}"),
    )]
}
