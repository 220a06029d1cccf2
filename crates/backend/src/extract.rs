//! What handlers take out of a request: the path, the query, the body, and who is asking.

use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Path, Query, Request, rejection::JsonRejection},
    http::{StatusCode, request::Parts},
};
use serde::de::DeserializeOwned;

use crate::{
    AppState, Error,
    services::{User, account},
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

/// The query's parameters.
pub(crate) struct Parameters<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<AppState> for Parameters<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Error> {
        let query = Query::from_request_parts(parts, state).await;
        let Query(value) = query.map_err(|rejection| Error::BadRequest(rejection.body_text()))?;
        Ok(Self(value))
    }
}

/// The variable segment of the path, decoded.
pub(crate) struct Segment(pub(crate) String);

impl FromRequestParts<AppState> for Segment {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Error> {
        let path = Path::from_request_parts(parts, state).await;
        let Path(segment) = path.map_err(|_| {
            Error::BadRequest("The address is not valid UTF-8 once its %XX are decoded.".to_owned())
        })?;
        Ok(Self(segment))
    }
}

/// Who is asking, if they signed in.
pub(crate) struct Viewer(pub(crate) Option<User>);

impl FromRequestParts<AppState> for Viewer {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Error> {
        match state.security.cookies().session(&parts.headers) {
            Some(token) => account::by_session(&state.db, token).await.map(Self),
            None => Ok(Self(None)),
        }
    }
}

/// Who is asking, where only an account may ask.
pub(crate) struct SignedIn(pub(crate) User);

impl FromRequestParts<AppState> for SignedIn {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Error> {
        let Viewer(user) = Viewer::from_request_parts(parts, state).await?;
        user.map(Self).ok_or(Error::Unauthorized("Sign in first."))
    }
}
