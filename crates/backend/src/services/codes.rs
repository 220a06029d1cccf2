//! What sign-up and recovery share: codes and their limits, and failures in the background.

use api_types::{CodeRequest, Timestamp, credentials::normal_email, validate};
use opentelemetry::KeyValue;
use sha2::{Digest, Sha256};

use crate::{
    AppState, Error,
    client_address::ClientAddress,
    email_code::{CODE_ATTEMPTS, EmailCode},
    mail::Reservation,
    sign_in_limits::{AccountKey, Attempt, Client, SignInLimits},
    store::email_codes::CodeHash,
    telemetry::set_attribute,
};

/// Admits a request for mail to an address. Returns the address and a place in the mail queue.
pub(super) fn admit_request(
    state: &AppState,
    request: &CodeRequest,
    client: ClientAddress,
) -> Result<(String, Reservation), Error> {
    validate::code_request(request).map_err(Error::Invalid)?;
    let email = normal_email(&request.email);
    let mail = admit_mail(state, &email, client)?;
    Ok((email, mail))
}

/// Admits mail to an address. Returns a place in the mail queue.
pub(super) fn admit_mail(
    state: &AppState,
    email: &str,
    client: ClientAddress,
) -> Result<Reservation, Error> {
    state.mail_limits.admit(account_key(email), client)?;
    state.mailer.reserve()
}

/// Creates a code for an address. Returns it with its hash.
pub(super) async fn new_code(state: &AppState, email: &str) -> Result<(EmailCode, String), Error> {
    let code = EmailCode::random()?;
    let hash = state.passwords.hash_code(code.digits(), email).await?;
    Ok((code, hash))
}

/// Returns what the database stores of a code that is sent at `now`.
pub(super) fn code_hash(hash: &str, now: Timestamp) -> CodeHash<'_> {
    CodeHash {
        hash,
        attempts: CODE_ATTEMPTS,
        expires_at: EmailCode::expiry(now),
    }
}

/// Returns the key of an address in the tables of limits.
fn account_key(email: &str) -> AccountKey {
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
