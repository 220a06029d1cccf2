//! The keys of the issuer, fetched again when they have changed.

use std::{
    error::Error as StdError,
    sync::{Arc, PoisonError, RwLock},
    time::Instant,
};

use jsonwebtoken::Algorithm;
use tokio::sync::Mutex;

use super::{
    OidcLimits,
    issuer_client::IssuerClient,
    key_set::{Key, KeySet},
};
use crate::{Error, error::Failure};

/// Keys, and when they were fetched.
#[derive(Clone, Debug)]
struct Fetched {
    keys: Arc<KeySet>,
    at: Instant,
}

/// The last request for keys.
#[derive(Clone, Copy, Debug)]
struct Attempt {
    at: Instant,
    has_failed: bool,
}

/// The keys of the issuer. A known key is used without waiting for the issuer.
#[derive(Debug)]
pub(super) struct KeyCache {
    client: IssuerClient,
    limits: OidcLimits,
    fetched: RwLock<Option<Fetched>>,
    /// Locked during a request, so that there is one at a time.
    attempt: Mutex<Option<Attempt>>,
}

impl KeyCache {
    pub(super) fn new(client: IssuerClient, limits: OidcLimits) -> Self {
        Self {
            client,
            limits,
            fetched: RwLock::default(),
            attempt: Mutex::default(),
        }
    }

    pub(super) fn client(&self) -> &IssuerClient {
        &self.client
    }

    /// Returns the key of a token. An unknown one may be new, so the keys are fetched again, but not more
    /// often than the limits say.
    ///
    /// # Errors
    /// The keys cannot be fetched.
    pub(super) async fn find(
        self: &Arc<Self>,
        id: Option<&str>,
        algorithm: Algorithm,
    ) -> Result<Option<Key>, Error> {
        if let Some(key) = self.known(id, algorithm) {
            self.refresh_in_background();
            return Ok(Some(key));
        }
        let has_failed = self.fetch(|| self.known(id, algorithm).is_some()).await;
        match self.known(id, algorithm) {
            None if has_failed => Err(unavailable()),
            key => Ok(key),
        }
    }

    fn known(&self, id: Option<&str>, algorithm: Algorithm) -> Option<Key> {
        let fetched = self.fetched()?;
        let is_usable = fetched.at.elapsed() < self.limits.max_age;
        fetched
            .keys
            .find(id, algorithm)
            .filter(|_| is_usable)
            .cloned()
    }

    fn fetched(&self) -> Option<Fetched> {
        let fetched = self.fetched.read();
        fetched.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn is_stale(&self) -> bool {
        let refresh_after = self.limits.refresh_after;
        self.fetched()
            .is_none_or(|it| it.at.elapsed() >= refresh_after)
    }

    fn refresh_in_background(self: &Arc<Self>) {
        if self.is_stale() && self.attempt.try_lock().is_ok() {
            let cache = self.clone();
            tokio::spawn(async move { cache.fetch(|| !cache.is_stale()).await });
        }
    }

    /// Fetches the keys, unless another request has made that unnecessary or it is too early. Returns
    /// whether the last attempt has failed.
    async fn fetch(&self, is_done: impl Fn() -> bool) -> bool {
        let mut attempt = self.attempt.lock().await;
        if is_done() {
            return false;
        }
        if let Some(last) = *attempt
            && last.at.elapsed() < self.limits.min_interval
        {
            return last.has_failed;
        }
        // If the future is dropped, the attempt counts as failed.
        let was_failing = attempt.is_some_and(|last| last.has_failed);
        let at = Instant::now();
        *attempt = Some(Attempt {
            at,
            has_failed: true,
        });
        match self.client.keys().await {
            Ok(keys) => {
                let keys = Arc::new(keys);
                let fetched = Some(Fetched {
                    keys,
                    at: Instant::now(),
                });
                *self.fetched.write().unwrap_or_else(PoisonError::into_inner) = fetched;
                *attempt = Some(Attempt {
                    at,
                    has_failed: false,
                });
                if was_failing {
                    tracing::info!("keys for bearer tokens are fetched again");
                }
                false
            }
            Err(error) => {
                if !was_failing {
                    let error = &error as &dyn StdError;
                    tracing::warn!(error, "cannot fetch the keys for bearer tokens, retrying");
                }
                true
            }
        }
    }
}

fn unavailable() -> Error {
    let cause = "the keys for bearer tokens cannot be fetched";
    Failure::unavailable("oidc::KeyCache", cause).into()
}
