//! Requests to the issuer.

use reqwest::{Client, redirect};
use serde::Deserialize;
use url::Url;

use super::{
    OidcLimits, OidcSettingsError,
    key_set::KeySet,
    settings::{Issuer, usable_url},
};

/// The size limit of a response, in bytes.
const MAX_RESPONSE_BYTES: usize = 256 * 1024;

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    #[error("the issuer of bearer tokens is not available")]
    Request(#[source] reqwest::Error),
    #[error("a response of the issuer of bearer tokens is longer than 256 KiB")]
    TooLong,
    #[error("a response of the issuer of bearer tokens is not the expected JSON")]
    Json(#[source] serde_json::Error),
    #[error(
        "the discovery document is of another issuer, or the URL of its keys is not https: check \
         CRUDDUR_OIDC_ISSUER"
    )]
    Discovery,
    #[error("the issuer of bearer tokens has no key for RS256 or ES256")]
    NoKeys,
}

/// The discovery document (OpenID Connect Discovery 1.0).
#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
}

/// Fetches the keys of an issuer.
#[derive(Debug)]
pub(super) struct IssuerClient {
    issuer: Issuer,
    client: Client,
}

impl IssuerClient {
    pub(super) fn new(issuer: Issuer, limits: OidcLimits) -> Result<Self, OidcSettingsError> {
        let mut builder = http_client::builder()
            .redirect(redirect::Policy::none())
            .timeout(limits.timeout);
        if hardening::is_loopback_url(&issuer.name) {
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(OidcSettingsError::Client)?;
        Ok(Self { issuer, client })
    }

    pub(super) fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    pub(super) async fn keys(&self) -> Result<KeySet, FetchError> {
        let url = match &self.issuer.jwks_url {
            Some(url) => url.clone(),
            None => self.discover().await?,
        };
        let keys = KeySet::parse(&self.get(url).await?).map_err(FetchError::Json)?;
        if keys.is_empty() {
            return Err(FetchError::NoKeys);
        }
        Ok(keys)
    }

    async fn discover(&self) -> Result<Url, FetchError> {
        let name = self.issuer.name.trim_end_matches('/');
        let url = usable_url(&format!("{name}/.well-known/openid-configuration"));
        let document = self.get(url.ok_or(FetchError::Discovery)?).await?;
        let document: Discovery = serde_json::from_slice(&document).map_err(FetchError::Json)?;
        let url = usable_url(&document.jwks_uri).filter(|_| document.issuer == self.issuer.name);
        url.ok_or(FetchError::Discovery)
    }

    async fn get(&self, url: Url) -> Result<Vec<u8>, FetchError> {
        let response = self.client.get(url).send().await;
        let response = response.and_then(reqwest::Response::error_for_status);
        let mut response = response.map_err(FetchError::Request)?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(FetchError::Request)? {
            if body.len() + chunk.len() > MAX_RESPONSE_BYTES {
                return Err(FetchError::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}
