//! Extractors: path, query, body and session of a request.

use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Path, Query, Request, rejection::JsonRejection},
    http::{StatusCode, request::Parts},
};
use serde::de::DeserializeOwned;

use crate::{
    AppState, Error,
    cookies::Tokens,
    oidc::authorization,
    services::{User, account, identities},
};

/// A JSON body.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<AppState> for Body<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Error> {
        let Json(value) = Json::from_request(request, state)
            .await
            .map_err(unreadable_body)?;
        Ok(Self(value))
    }
}

fn unreadable_body(rejection: JsonRejection) -> Error {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Error::NotJson,
        _ => Error::BadRequest(rejection.body_text()),
    }
}

/// The parameters of the query.
pub(crate) struct QueryParams<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<AppState> for QueryParams<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Error> {
        let query = Query::from_request_parts(parts, state).await;
        let Query(value) = query.map_err(|rejection| Error::BadRequest(rejection.body_text()))?;
        Ok(Self(value))
    }
}

/// The variable segment of the path, decoded.
pub(crate) struct PathSegment(pub(crate) String);

impl FromRequestParts<AppState> for PathSegment {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Error> {
        let path = Path::from_request_parts(parts, state).await;
        let Path(segment) = path.map_err(|_| {
            Error::BadRequest("The address is not valid UTF-8 after percent-decoding.".to_owned())
        })?;
        Ok(Self(segment))
    }
}

/// The signed-in account, if any.
pub(crate) struct Viewer(pub(crate) Option<User>);

impl FromRequestParts<AppState> for Viewer {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Error> {
        if let Some(token) = authorization::bearer(&parts.headers)? {
            let user = identities::by_bearer(&state.db, state.bearer_tokens.as_ref(), token);
            return user.await.map(Some).map(Self);
        }
        let tokens = Tokens::of(&parts.headers, state.security.cookie_names());
        match tokens.session {
            Some(token) => account::by_session(&state.db, &token).await.map(Self),
            None => Ok(Self(None)),
        }
    }
}

/// The signed-in account. Without one, the request is rejected with 401.
pub(crate) struct SignedIn(pub(crate) User);

impl FromRequestParts<AppState> for SignedIn {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Error> {
        let Viewer(user) = Viewer::from_request_parts(parts, state).await?;
        user.map(Self).ok_or(Error::Unauthorized("Sign in first."))
    }
}
