//! Passwords: argon2id with its recommended parameters, away from the threads that serve requests.

use std::sync::Arc;

use argon2::{
    Argon2,
    password_hash::{self, PasswordHasher, PasswordVerifier},
};
use opentelemetry::{Context, context::FutureExt};
use tokio::{sync::Semaphore, task};

use crate::{Error, error::Failure, telemetry::Operation};

/// Slow by design, so it has a span of its own.
const VERIFY: Operation = Operation::new("accounts", "verify_password");

/// Each hash under way takes 19 MiB.
const MAX_HASHES_AT_ONCE: usize = 4;

/// Of a random password nobody knows. It makes a sign-in with an unknown email as slow as one with
/// a wrong password, so that the time tells nobody who has an account.
const DECOY: &str = "$argon2id$v=19$m=19456,t=2,p=1$ROb9xQzENB8xim7o5WNcSA$AdznwaF7pw6KgWcvuVzthyJvAL9rRZNT0hT28t7RjUY";

/// Hashes and verifies.
#[derive(Clone, Debug)]
pub(crate) struct Passwords {
    slots: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            slots: Arc::new(Semaphore::new(MAX_HASHES_AT_ONCE)),
        }
    }
}

impl Passwords {
    /// Whether this is the password of this hash; without a hash it is not, after the same time.
    pub(crate) async fn verify(
        &self,
        password: String,
        hash: Option<String>,
    ) -> Result<bool, Error> {
        VERIFY.run(self.compare(password, hash)).await
    }

    async fn compare(&self, password: String, hash: Option<String>) -> Result<bool, Error> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| DECOY.to_owned());
        let matches = self
            .run(move || Argon2::default().verify_password(password.as_bytes(), hash.as_str()))
            .await?;
        match matches {
            Ok(()) => Ok(known),
            Err(password_hash::Error::PasswordInvalid) => Ok(false),
            Err(error) => Err(failed(error)),
        }
    }

    pub(crate) async fn hash(&self, password: String) -> Result<String, Error> {
        let hash = self
            .run(move || Argon2::default().hash_password(password.as_bytes()))
            .await?;
        hash.map(|hash| hash.to_string()).map_err(failed)
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let _slot = self.slots.acquire().await.map_err(failed)?;
        let context = Context::current();
        let work = move || {
            let _attached = context.attach();
            work()
        };
        task::spawn_blocking(work)
            .with_current_context()
            .await
            .map_err(failed)
    }
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::Failed(Failure::new("argon2::Error", error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_matches_its_own_hash_only() {
        let passwords = Passwords::default();
        let hash = passwords.hash("prune juice".to_owned()).await.unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(
            passwords
                .verify("prune juice".to_owned(), Some(hash.clone()))
                .await
                .unwrap()
        );
        assert!(
            !passwords
                .verify("bloodwine".to_owned(), Some(hash))
                .await
                .unwrap()
        );
    }

    #[tokio::test]
    async fn an_unknown_account_has_no_password() {
        let passwords = Passwords::default();
        assert!(!passwords.verify(String::new(), None).await.unwrap());
    }
}
