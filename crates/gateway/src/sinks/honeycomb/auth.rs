//! `GET /1/auth`: the account that a key belongs to.

use std::fmt;

use serde::Deserialize;

use super::super::otlp_http::OtlpHttp;

/// A team and one of its environments. Classic teams have no environment.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(in super::super) struct Account {
    pub(super) team: Named,
    #[serde(default)]
    pub(super) environment: Named,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct Named {
    pub(super) slug: String,
}

/// Why the account of a key is unknown.
#[derive(Debug)]
pub(in super::super) enum AuthError {
    /// Honeycomb rejects the key. Asking again gives the same response.
    Rejected(String),
    /// Honeycomb cannot be reached, or is not ready.
    Unavailable(String),
}

impl AuthError {
    pub(super) fn into_text(self) -> String {
        match self {
            Self::Rejected(text) | Self::Unavailable(text) => text,
        }
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "team {}", self.team.slug)?;
        match self.environment.slug.as_str() {
            "" => Ok(()),
            slug => write!(f, ", environment {slug}"),
        }
    }
}

/// Asks for the account of the key in the client's headers.
pub(super) async fn resolve_account(otlp: &OtlpHttp, endpoint: &str) -> Result<Account, AuthError> {
    let request = otlp.http.client().get(format!("{endpoint}/1/auth"));
    let request = request.headers(otlp.headers.clone());
    let response = otlp.http.send(request).await;
    let response = response.map_err(|failure| AuthError::Unavailable(failure.error))?;
    match response.status.as_u16() {
        200 if response.body.is_empty() => {
            let error = "empty response from /1/auth".to_owned();
            Err(AuthError::Unavailable(error))
        }
        200 => serde_json::from_slice(&response.body).map_err(|error| {
            AuthError::Rejected(format!("unexpected response from /1/auth: {error}"))
        }),
        401 | 403 => {
            let advice = "check HONEYCOMB_API_KEY and HONEYCOMB_API_ENDPOINT: ";
            Err(AuthError::Rejected(otlp.http.describe(&response, advice)))
        }
        _ => Err(AuthError::Unavailable(otlp.http.describe(&response, ""))),
    }
}
