//! Sign-up and recovery, by codes that are sent by mail; profile and sessions of the account.

use api_types::{
    CodeRequest, Confirmation, PasswordReset, Profile, ProfileUpdate, SessionInfo, SignUp,
};
use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::AppendHeaders,
    routing::{delete, get, post, put},
};

use crate::{
    AppState, Error,
    client_address::ClientAddress,
    cookies::{SetCookie, Tokens},
    extract::{Body, PathSegment, SignedIn},
    services::{profile, recovery, registration, sessions},
};

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/api/auth/signup", post(sign_up))
        .route("/api/auth/confirm", post(confirm))
        .route("/api/auth/resend", post(resend))
        .route("/api/auth/recover", post(recover))
        .route("/api/auth/reset", post(reset))
        .route("/api/auth/sessions", get(list_sessions))
        .route("/api/auth/sessions/{uuid}", delete(revoke_session))
        .route("/api/profile", put(update_profile))
}

async fn sign_up(
    State(state): State<AppState>,
    client: ClientAddress,
    Body(request): Body<SignUp>,
) -> Result<StatusCode, Error> {
    registration::sign_up(&state, request, client).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn confirm(
    State(state): State<AppState>,
    client: ClientAddress,
    Body(request): Body<Confirmation>,
) -> Result<StatusCode, Error> {
    registration::confirm(&state, request, client).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn resend(
    State(state): State<AppState>,
    client: ClientAddress,
    Body(request): Body<CodeRequest>,
) -> Result<StatusCode, Error> {
    registration::resend(&state, request, client).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn recover(
    State(state): State<AppState>,
    client: ClientAddress,
    Body(request): Body<CodeRequest>,
) -> Result<StatusCode, Error> {
    recovery::recover(&state, request, client).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn reset(
    State(state): State<AppState>,
    client: ClientAddress,
    Body(request): Body<PasswordReset>,
) -> Result<StatusCode, Error> {
    recovery::reset(&state, request, client).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn list_sessions(
    State(state): State<AppState>,
    SignedIn(user): SignedIn,
    tokens: Tokens,
) -> Result<Json<Vec<SessionInfo>>, Error> {
    let token = tokens.session.as_deref();
    sessions::list(&state.db, &user, token).await.map(Json)
}

/// A response that removes the session cookie if its session has ended.
type Revoked = (StatusCode, AppendHeaders<Option<SetCookie>>);

async fn revoke_session(
    State(state): State<AppState>,
    SignedIn(user): SignedIn,
    PathSegment(uuid): PathSegment,
    tokens: Tokens,
) -> Result<Revoked, Error> {
    let token = tokens.session.as_deref();
    let is_current = sessions::revoke(&state.db, &user, &uuid, token).await?;
    state.live.check_sessions(&state.db, user.id).await;
    let remove = is_current.then(|| state.security.cookie_names().remove_session());
    Ok((StatusCode::NO_CONTENT, AppendHeaders(remove)))
}

async fn update_profile(
    State(state): State<AppState>,
    SignedIn(user): SignedIn,
    Body(update): Body<ProfileUpdate>,
) -> Result<Json<Profile>, Error> {
    profile::update(&state.db, &user, &update).await.map(Json)
}
