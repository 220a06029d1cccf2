//! What sign-up and recovery share: limits on attempts with codes, and failures in the background.

use opentelemetry::KeyValue;
use sha2::{Digest, Sha256};

use crate::{
    Error,
    client_address::ClientAddress,
    sign_in_limits::{AccountKey, Attempt, Client, SignInLimits},
    telemetry::set_attribute,
};

/// Returns the key of an address in the tables of limits.
pub(super) fn account_key(email: &str) -> AccountKey {
    Sha256::digest(email).into()
}

/// An admitted attempt to enter a code. It counts as a failure until it succeeds.
#[must_use = "an attempt counts as a failure until `succeed` is called"]
pub(super) struct CodeAttempt(Attempt);

impl CodeAttempt {
    /// Admits or rejects an attempt. Each code has a limit of its own in the database, too.
    pub(super) fn admit(
        limits: &SignInLimits,
        email: &str,
        address: ClientAddress,
    ) -> Result<Self, Error> {
        let client = Client {
            address,
            known_device: None,
        };
        let admitted = limits.admit(account_key(email), client);
        admitted.map(Self).map_err(|rejection| {
            let limit = rejection.limit.name();
            set_attribute(KeyValue::new("app.code.refused_by", limit));
            Error::TooManyRequests(rejection.retry_after)
        })
    }

    pub(super) fn succeed(&self) {
        self.0.succeed();
    }
}

/// Logs a failure in the background. Its cause is in the log only, as no response waits for it.
pub(super) fn log_failure(result: Result<(), Error>) {
    if let Err(error) = result {
        let error: &dyn std::error::Error = &error;
        tracing::warn!(error, "cannot send a code");
    }
}
