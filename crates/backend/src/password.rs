//! Password hashing: argon2id with its recommended parameters, on blocking threads.

use std::{sync::Arc, thread::available_parallelism, time::Duration};

use argon2::{
    Argon2,
    password_hash::{self, PasswordHasher, PasswordVerifier},
};
use opentelemetry::{Context, context::FutureExt};
use sha2::{Digest, Sha256};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task,
};

use crate::{Error, error::Failure, hex, telemetry::Operation};

/// Slow by design, so these have their own spans.
const VERIFY: Operation = Operation::new("accounts", "verify_password");
const HASH: Operation = Operation::new("accounts", "hash_password");
const HASH_CODE: Operation = Operation::new("accounts", "hash_code");

/// The maximum number of concurrent hashes. Each takes 19 MiB and a core; half of the cores are left
/// for other work.
const MAX_CONCURRENT_HASHES: usize = 4;
/// The maximum number of waiting sign-ins. One hash takes about 50 ms, so the wait is short.
const MAX_QUEUED_HASHES: usize = 16;
/// The maximum number of additional waiting sign-ins on known devices.
const MAX_KNOWN_DEVICE_HASHES: usize = 8;
const CODE_HASH_BYTES: usize = 32;
const RETRY_AFTER_FULL_QUEUE: Duration = Duration::from_secs(1);

/// The hash of a random password. Verifying against it makes a sign-in with an unknown email as slow
/// as one with a wrong password, so that the response time does not reveal which accounts exist.
const DUMMY_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$ROb9xQzENB8xim7o5WNcSA$AdznwaF7pw6KgWcvuVzthyJvAL9rRZNT0hT28t7RjUY";

/// Hashes and verifies passwords.
#[derive(Clone, Debug)]
pub(crate) struct Passwords {
    hashing: Arc<Semaphore>,
    queue: Arc<Semaphore>,
    known_device_queue: Arc<Semaphore>,
}

/// The queue that a sign-in may join.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Queue {
    /// The queue for all sign-ins.
    General,
    /// Also the queue for known devices, which the account has signed in on before.
    KnownDevice,
}

impl Default for Passwords {
    fn default() -> Self {
        let cores = available_parallelism().map_or(1, usize::from);
        let concurrent = (cores / 2).clamp(1, MAX_CONCURRENT_HASHES);
        Self {
            hashing: Arc::new(Semaphore::new(concurrent)),
            queue: Arc::new(Semaphore::new(concurrent + MAX_QUEUED_HASHES)),
            known_device_queue: Arc::new(Semaphore::new(MAX_KNOWN_DEVICE_HASHES)),
        }
    }
}

impl Passwords {
    /// Returns whether the password matches the hash. Without a hash it does not, after the same
    /// time. If the queue is full, the attempt is rejected.
    pub(crate) async fn verify(
        &self,
        password: String,
        hash: Option<String>,
        queue: Queue,
    ) -> Result<bool, Error> {
        let _permit = self.join_queue(queue)?;
        VERIFY.run(self.compare(password, hash)).await
    }

    fn join_queue(&self, queue: Queue) -> Result<OwnedSemaphorePermit, Error> {
        let mut permit = self.queue.clone().try_acquire_owned();
        if queue == Queue::KnownDevice {
            permit = permit.or_else(|_| self.known_device_queue.clone().try_acquire_owned());
        }
        permit.map_err(|_| Error::TooManyRequests(RETRY_AFTER_FULL_QUEUE))
    }

    async fn compare(&self, password: String, hash: Option<String>) -> Result<bool, Error> {
        let account_exists = hash.is_some();
        let hash = hash.unwrap_or_else(|| DUMMY_HASH.to_owned());
        let matches = self
            .run(move || Argon2::default().verify_password(password.as_bytes(), hash.as_str()))
            .await?;
        match matches {
            Ok(()) => Ok(account_exists),
            Err(password_hash::Error::PasswordInvalid) => Ok(false),
            Err(error) => Err(failed(error)),
        }
    }

    /// Hashes a password of a sign-up or a reset. If the queue is full, the request is rejected.
    pub(crate) async fn hash_new(&self, password: String) -> Result<String, Error> {
        let _permit = self.join_queue(Queue::General)?;
        HASH.run(self.hash(password)).await
    }

    /// Hashes a code that was sent to an address, or that a user entered. A code has few digits, so a
    /// fast hash could be reversed by trying all of them. The salt depends on the address, so that the
    /// hash can be compared without reading the stored one first.
    pub(crate) async fn hash_code(&self, code: &str, email: &str) -> Result<String, Error> {
        let _permit = self.join_queue(Queue::General)?;
        HASH_CODE.run(self.digest(code.to_owned(), email)).await
    }

    async fn digest(&self, code: String, email: &str) -> Result<String, Error> {
        let salt = Sha256::digest(email);
        let digest = self
            .run(move || {
                let mut digest = [0; CODE_HASH_BYTES];
                Argon2::default()
                    .hash_password_into(code.as_bytes(), &salt, &mut digest)
                    .map(|()| hex(&digest))
            })
            .await?;
        digest.map_err(failed)
    }

    /// Hashes a password.
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
        let permit = self.hashing.clone().acquire_owned().await.map_err(failed)?;
        let context = Context::current();
        let work = move || {
            // Held until the end of the work, which continues if the request is dropped.
            let _permit = permit;
            let _attached = context.attach();
            work()
        };
        task::spawn_blocking(work)
            .with_current_context()
            .await
            .map_err(failed)
    }
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Failed(Failure::new("argon2::Error", error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn password_matches_its_own_hash_only() {
        let passwords = Passwords::default();
        let hash = passwords.hash("prune juice".to_owned()).await.unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(
            passwords
                .verify("prune juice".to_owned(), Some(hash.clone()), Queue::General)
                .await
                .unwrap()
        );
        assert!(
            !passwords
                .verify("bloodwine".to_owned(), Some(hash), Queue::General)
                .await
                .unwrap()
        );
    }

    #[tokio::test]
    async fn hash_of_a_code_depends_on_the_code_and_the_address_only() {
        let passwords = Passwords::default();
        let hash = async |code, email| passwords.hash_code(code, email).await.unwrap();
        let expected = hash("12345678", "worf@example.com").await;
        assert_eq!(hash("12345678", "worf@example.com").await, expected);
        assert_ne!(hash("12345679", "worf@example.com").await, expected);
        assert_ne!(hash("12345678", "londo@example.com").await, expected);
    }

    #[tokio::test]
    async fn unknown_account_matches_no_password() {
        let passwords = Passwords::default();
        let verified = passwords.verify(String::new(), None, Queue::General);
        assert!(!verified.await.unwrap());
    }

    #[tokio::test]
    async fn full_queue_rejects_sign_ins_except_on_known_devices() {
        let passwords = Passwords::default();
        let mut permits = Vec::new();
        while let Ok(permit) = passwords.join_queue(Queue::General) {
            permits.push(permit);
        }
        assert!(permits.len() <= MAX_CONCURRENT_HASHES + MAX_QUEUED_HASHES);
        let rejected = passwords.verify(String::new(), None, Queue::General);
        assert!(matches!(rejected.await, Err(Error::TooManyRequests(_))));
        let admitted = passwords.verify(String::new(), None, Queue::KnownDevice);
        assert!(!admitted.await.unwrap());
        drop(permits);
        assert!(passwords.join_queue(Queue::General).is_ok());
    }
}
