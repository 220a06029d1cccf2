//! Signing in and out by a cookie that scripts cannot read and other sites cannot send along with
//! what changes anything.

use api_types::{Me, SignIn};
use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::AppendHeaders,
    routing::{get, post},
};

use crate::{
    AppState, Error,
    client_address::ClientAddress,
    cookies::SetCookie,
    extract::{Body, SignedIn, Viewer},
    services::account::{self, Caller, DEVICE_SECONDS, SESSION_SECONDS},
};

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/api/auth/signin", post(sign_in))
        .route("/api/auth/signout", post(sign_out))
        .route("/api/auth/signout-everywhere", post(sign_out_everywhere))
        .route("/api/auth/me", get(me))
}

/// The session the browser has ends with the new one: nobody keeps a session they cannot see.
async fn sign_in(
    State(state): State<AppState>,
    address: ClientAddress,
    headers: HeaderMap,
    Body(request): Body<SignIn>,
) -> Result<(AppendHeaders<[SetCookie; 2]>, Json<Me>), Error> {
    let cookies = state.security.cookies();
    let caller = Caller {
        address,
        session_token: cookies.session(&headers),
        device_token: cookies.device(&headers),
    };
    let session = account::sign_in(&state, request, caller).await?;
    let set = [
        cookies.set_session(&session.token, SESSION_SECONDS),
        cookies.set_device(&session.device_token, DEVICE_SECONDS),
    ];
    Ok((AppendHeaders(set), Json(session.me)))
}

async fn sign_out(
    State(state): State<AppState>,
    headers: HeaderMap,
) -> Result<(StatusCode, AppendHeaders<[SetCookie; 1]>), Error> {
    let cookies = state.security.cookies();
    if let Some(token) = cookies.session(&headers) {
        account::sign_out(&state.db, token).await?;
    }
    Ok((
        StatusCode::NO_CONTENT,
        AppendHeaders([cookies.end_session()]),
    ))
}

async fn sign_out_everywhere(
    State(state): State<AppState>,
    SignedIn(user): SignedIn,
    headers: HeaderMap,
) -> Result<(StatusCode, AppendHeaders<[SetCookie; 1]>), Error> {
    let cookies = state.security.cookies();
    account::sign_out_everywhere(&state.db, &user, cookies.device(&headers)).await?;
    Ok((
        StatusCode::NO_CONTENT,
        AppendHeaders([cookies.end_session()]),
    ))
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
