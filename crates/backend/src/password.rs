//! Passwords: argon2id with its recommended parameters, away from the threads that serve requests.

use std::{sync::Arc, thread::available_parallelism, time::Duration};

use argon2::{
    Argon2,
    password_hash::{self, PasswordHasher, PasswordVerifier},
};
use opentelemetry::{Context, context::FutureExt};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task,
};

use crate::{Error, error::Failure, telemetry::Operation};

/// Slow by design, so it has a span of its own.
const VERIFY: Operation = Operation::new("accounts", "verify_password");

/// Each hash under way takes 19 MiB and a core; half of the cores stay free for everything else.
const MAX_HASHES_AT_ONCE: usize = 4;
/// Sign-ins that wait for their turn. One hash takes some 50 ms, so nobody waits for long.
const MAX_HASHES_WAITING: usize = 16;
/// Further places, for people on devices that they have signed in on before.
const MAX_KNOWN_HASHES_WAITING: usize = 8;
const RETRY_AFTER_FULL_QUEUE: Duration = Duration::from_secs(1);

/// Of a random password nobody knows. It makes a sign-in with an unknown email as slow as one with
/// a wrong password, so that the time tells nobody who has an account.
const DECOY: &str = "$argon2id$v=19$m=19456,t=2,p=1$ROb9xQzENB8xim7o5WNcSA$AdznwaF7pw6KgWcvuVzthyJvAL9rRZNT0hT28t7RjUY";

/// Hashes and verifies.
#[derive(Clone, Debug)]
pub(crate) struct Passwords {
    slots: Arc<Semaphore>,
    places: Arc<Semaphore>,
    known_places: Arc<Semaphore>,
}

/// Which places of the queue a sign-in may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Queue {
    Everybody,
    /// The account has signed in on this device before.
    KnownDevice,
}

impl Default for Passwords {
    fn default() -> Self {
        let cores = available_parallelism().map_or(1, usize::from);
        let at_once = (cores / 2).clamp(1, MAX_HASHES_AT_ONCE);
        Self {
            slots: Arc::new(Semaphore::new(at_once)),
            places: Arc::new(Semaphore::new(at_once + MAX_HASHES_WAITING)),
            known_places: Arc::new(Semaphore::new(MAX_KNOWN_HASHES_WAITING)),
        }
    }
}

impl Passwords {
    /// Whether this is the password of this hash; without a hash it is not, after the same time.
    /// Where too many wait already, this one is refused.
    pub(crate) async fn verify(
        &self,
        password: String,
        hash: Option<String>,
        queue: Queue,
    ) -> Result<bool, Error> {
        let _place = self.enter(queue)?;
        VERIFY.run(self.compare(password, hash)).await
    }

    fn enter(&self, queue: Queue) -> Result<OwnedSemaphorePermit, Error> {
        let mut place = self.places.clone().try_acquire_owned();
        if queue == Queue::KnownDevice {
            place = place.or_else(|_| self.known_places.clone().try_acquire_owned());
        }
        place.map_err(|_| Error::TooManyRequests(RETRY_AFTER_FULL_QUEUE))
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
        let slot = self.slots.clone().acquire_owned().await.map_err(failed)?;
        let context = Context::current();
        let work = move || {
            // Goes on when the caller has left meanwhile, and takes its core until the end.
            let _slot = slot;
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
                .verify(
                    "prune juice".to_owned(),
                    Some(hash.clone()),
                    Queue::Everybody
                )
                .await
                .unwrap()
        );
        assert!(
            !passwords
                .verify("bloodwine".to_owned(), Some(hash), Queue::Everybody)
                .await
                .unwrap()
        );
    }

    #[tokio::test]
    async fn an_unknown_account_has_no_password() {
        let passwords = Passwords::default();
        let verified = passwords.verify(String::new(), None, Queue::Everybody);
        assert!(!verified.await.unwrap());
    }

    #[tokio::test]
    async fn a_full_queue_refuses_strangers_at_once_and_takes_known_devices() {
        let passwords = Passwords::default();
        let mut places = Vec::new();
        while let Ok(place) = passwords.enter(Queue::Everybody) {
            places.push(place);
        }
        assert!(places.len() <= MAX_HASHES_AT_ONCE + MAX_HASHES_WAITING);
        let refused = passwords.verify(String::new(), None, Queue::Everybody);
        assert!(matches!(refused.await, Err(Error::TooManyRequests(_))));
        let admitted = passwords.verify(String::new(), None, Queue::KnownDevice);
        assert!(!admitted.await.unwrap());
        drop(places);
        assert!(passwords.enter(Queue::Everybody).is_ok());
    }
}
