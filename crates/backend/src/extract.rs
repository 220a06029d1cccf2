//! What handlers take out of a request: the body, the query, and who is asking.

use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Query, Request, rejection::JsonRejection},
    http::{HeaderMap, StatusCode, header, request::Parts},
};
use serde::de::DeserializeOwned;

use crate::{
    AppState, Error,
    services::{User, account},
};

/// The cookie that holds a session's token.
pub(crate) const SESSION_COOKIE: &str = "cruddur_session";

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

/// Who is asking, if they signed in.
pub(crate) struct Viewer(pub(crate) Option<User>);

impl FromRequestParts<AppState> for Viewer {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Error> {
        match session_token(&parts.headers) {
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

/// The session's token, from the request's cookies.
pub(crate) fn session_token(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|value| value.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find_map(|(name, value)| (name == SESSION_COOKIE).then_some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_session_is_found_among_other_cookies() {
        let mut headers = HeaderMap::new();
        assert_eq!(session_token(&headers), None);
        headers.insert(
            header::COOKIE,
            "a=1; cruddur_session=ab12; b=2".parse().unwrap(),
        );
        assert_eq!(session_token(&headers), Some("ab12"));
    }
}
