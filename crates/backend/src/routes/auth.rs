//! Sign-in and sign-out, by a cookie that scripts cannot read and other sites cannot use.

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
    cookies::{SetCookie, Tokens},
    extract::{Body, SignedIn, Viewer},
    services::account::{self, Caller, DEVICE_SECONDS, SESSION_SECONDS},
    user_agent::device_name,
};

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/api/auth/signin", post(sign_in))
        .route("/api/auth/signout", post(sign_out))
        .route("/api/auth/signout-everywhere", post(sign_out_everywhere))
        .route("/api/auth/me", get(me))
}

async fn sign_in(
    State(state): State<AppState>,
    address: ClientAddress,
    tokens: Tokens,
    headers: HeaderMap,
    Body(request): Body<SignIn>,
) -> Result<(AppendHeaders<[SetCookie; 2]>, Json<Me>), Error> {
    let caller = Caller {
        address,
        tokens,
        device_name: device_name(&headers),
    };
    let session = account::sign_in(&state, request, caller).await?;
    let cookies = state.security.cookie_names();
    let set = [
        cookies.set_session(&session.token, SESSION_SECONDS),
        cookies.set_device(&session.device_token, DEVICE_SECONDS),
    ];
    Ok((AppendHeaders(set), Json(session.me)))
}

/// A response that removes the session cookie.
type SignedOut = (StatusCode, AppendHeaders<[SetCookie; 1]>);

async fn sign_out(State(state): State<AppState>, tokens: Tokens) -> Result<SignedOut, Error> {
    if let Some(token) = tokens.session {
        account::sign_out(&state, &token).await?;
    }
    Ok(signed_out(&state))
}

async fn sign_out_everywhere(
    State(state): State<AppState>,
    SignedIn(user): SignedIn,
    tokens: Tokens,
) -> Result<SignedOut, Error> {
    account::sign_out_everywhere(&state.db, &user, tokens.device.as_deref()).await?;
    state.live.check_sessions(&state.db, user.id).await;
    Ok(signed_out(&state))
}

fn signed_out(state: &AppState) -> SignedOut {
    let remove = state.security.cookie_names().remove_session();
    (StatusCode::NO_CONTENT, AppendHeaders([remove]))
}

/// Returns `null` without a session. That is not an error.
async fn me(
    State(state): State<AppState>,
    Viewer(viewer): Viewer,
) -> Result<Json<Option<Me>>, Error> {
    match viewer {
        Some(user) => Ok(Json(Some(account::current(&state.db, user).await?))),
        None => Ok(Json(None)),
    }
}
