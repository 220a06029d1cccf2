//! Verification of bearer tokens.

use std::sync::Arc;

use jsonwebtoken::{Validation, decode, decode_header, errors::ErrorKind};

use super::{
    Claims, OidcLimits, OidcSettings, OidcSettingsError, issuer_client::IssuerClient,
    key_cache::KeyCache, ring_provider,
};
use crate::Error;

/// How far the clocks of the issuer and of this machine may differ.
const LEEWAY_SECONDS: u64 = 30;

const INVALID: Error = Error::InvalidToken("The token is not valid for this server.");
const EXPIRED: Error = Error::InvalidToken("The token has expired: get a new one.");

/// Verifies bearer tokens of one issuer. It is cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct BearerTokens {
    keys: Arc<KeyCache>,
}

impl BearerTokens {
    /// Connects to nothing yet. `None` if no tokens are accepted.
    pub(crate) fn new(
        settings: &OidcSettings,
        limits: OidcLimits,
    ) -> Result<Option<Self>, OidcSettingsError> {
        let Some(issuer) = settings.issuer()? else {
            return Ok(None);
        };
        ring_provider::install();
        let client = IssuerClient::new(issuer, limits)?;
        let keys = Arc::new(KeyCache::new(client, limits));
        Ok(Some(Self { keys }))
    }

    /// Returns the name of the issuer.
    pub(crate) fn issuer(&self) -> &str {
        &self.keys.client().issuer().name
    }

    /// Returns the claims of a valid token.
    ///
    /// # Errors
    /// The token is not valid (401), or the issuer's keys cannot be fetched (503).
    pub(crate) async fn verify(&self, token: &str) -> Result<Claims, Error> {
        let header = decode_header(token).map_err(|_| INVALID)?;
        if header.crit.is_some() {
            return Err(INVALID);
        }
        let key = self.keys.find(header.kid.as_deref(), header.alg).await?;
        let key = key.ok_or(INVALID)?;
        let mut validation = Validation::new(key.algorithm);
        validation.leeway = LEEWAY_SECONDS;
        validation.validate_nbf = true;
        // Cognito's access tokens have no audience.
        validation.validate_aud = false;
        validation.set_required_spec_claims(&["exp", "iss", "sub"]);
        let issuer = self.keys.client().issuer();
        validation.set_issuer(&[&issuer.name]);
        let claims = decode::<Claims>(token, &key.decoding, &validation);
        let claims = claims.map_err(|error| match error.kind() {
            ErrorKind::ExpiredSignature => EXPIRED,
            _ => INVALID,
        })?;
        let claims = claims.claims;
        let is_valid = claims.is_for(&issuer.audiences) && claims.has_usable_subject();
        is_valid.then_some(claims).ok_or(INVALID)
    }
}
