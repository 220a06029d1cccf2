//! `GET /1/auth`: whether Honeycomb knows the key, and to whom it belongs.

use std::fmt;

use serde::Deserialize;

use super::super::otlp_http::OtlpHttp;

/// A team, and one of its environments; classic teams have none.
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

/// Why the account is not known.
#[derive(Debug)]
pub(in super::super) enum Unknown {
    /// The key is wrong; asking again gives the same answer.
    Refused(String),
    /// Nobody knows yet.
    Later(String),
}

impl Unknown {
    pub(super) fn into_text(self) -> String {
        match self {
            Self::Refused(text) | Self::Later(text) => text,
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

pub(super) async fn ask(otlp: &OtlpHttp, endpoint: &str) -> Result<Account, Unknown> {
    let request = otlp.http.client().get(format!("{endpoint}/1/auth"));
    let request = request.headers(otlp.headers.clone());
    let answer = otlp.http.send(request).await;
    let answer = answer.map_err(|none| Unknown::Later(none.error))?;
    match answer.status.as_u16() {
        200 if answer.body.is_empty() => Err(Unknown::Later("no answer from /1/auth".to_owned())),
        200 => serde_json::from_slice(&answer.body).map_err(|error| {
            Unknown::Refused(format!("/1/auth answers with something else: {error}"))
        }),
        401 | 403 => {
            let advice = "check HONEYCOMB_API_KEY and HONEYCOMB_API_ENDPOINT: ";
            Err(Unknown::Refused(otlp.http.describe(&answer, advice)))
        }
        _ => Err(Unknown::Later(otlp.http.describe(&answer, ""))),
    }
}
