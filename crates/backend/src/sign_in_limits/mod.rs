//! Limits on attempts with passwords, and with codes sent by mail.
//!
//! They must stop an attacker from guessing, and from locking users out by guessing. So
//! failures are not counted per account alone:
//!
//! | counted per | free failures | then one attempt after |
//! |---|---|---|
//! | account and network | 5, or 1 while the account is under attack | 1 s, 2 s, 4 s … 15 min |
//! | account and known device | 5 | the same, for that device only |
//! | network, over all accounts | 50 | 1 s, 2 s, 4 s, 8 s, 10 s; known devices are exempt |
//!
//! The first attempt with an account from a network without failures is always admitted, so that
//! the right password works there during an attack from elsewhere. Rejected attempts are not
//! counted and do not extend the wait.

mod failure_table;
#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use ipnet::IpNet;
use logging::{Admitted, LogLimit};

pub(crate) use self::failure_table::{Backoff, FailureTable};
use crate::client_address::ClientAddress;

/// The number of failures with one account from one network or known device before a wait.
const FREE_FAILURES: u32 = 5;
const FIRST_WAIT: Duration = Duration::from_secs(1);
const MAX_WAIT: Duration = Duration::from_secs(15 * 60);
/// The number of failures with one account, except on known devices, from which the account counts
/// as under attack. A network then has one free failure instead of five.
const ATTACK_FAILURES: u32 = 100;
const FREE_FAILURES_UNDER_ATTACK: u32 = 1;
/// The failures of one network. The wait is short, because many users may share a network.
const PER_NETWORK: Backoff = Backoff {
    free: 50,
    first_wait: FIRST_WAIT,
    max_wait: Duration::from_secs(10),
};
/// The maximum number of attempts from one network whose passwords are not yet verified.
const MAX_PENDING_PER_NETWORK: u32 = 4;

/// The SHA-256 of a lowercase email, whether or not such an account exists.
pub(crate) type AccountKey = [u8; 32];

/// The client of an attempt.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Client {
    pub(crate) address: ClientAddress,
    /// The id of the device, if the account has signed in on it before.
    pub(crate) known_device: Option<i64>,
}

/// The reason an attempt is rejected, and the time until the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rejection {
    pub(crate) limit: Limit,
    pub(crate) retry_after: Duration,
}

/// The limit that was exceeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    /// Failures with this account from this network or device.
    Account,
    /// Failures from this network.
    Network,
    /// Concurrent attempts from this network.
    Pending,
}

impl Limit {
    /// Returns the name for spans and logs.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Network => "network",
            Self::Pending => "pending",
        }
    }
}

/// Counts failures. It is cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct SignInLimits(Arc<Mutex<Tables>>);

#[derive(Debug, Default)]
struct Tables {
    clients: FailureTable<ClientKey>,
    accounts: FailureTable<AccountKey>,
    networks: FailureTable<IpNet>,
    pending: HashMap<IpNet, u32>,
    rejections: LogLimit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum ClientKey {
    Network(AccountKey, IpNet),
    Device(AccountKey, i64),
}

/// An admitted attempt.
///
/// It counts as a failure until [`Attempt::succeed`] is called, so that concurrent attempts are
/// counted before the first of them has failed.
#[derive(Debug)]
#[must_use = "an attempt counts as a failure until `succeed` is called"]
pub(crate) struct Attempt {
    limits: SignInLimits,
    account: AccountKey,
    client: Client,
}

impl SignInLimits {
    /// Admits or rejects an attempt.
    pub(crate) fn admit(&self, account: AccountKey, client: Client) -> Result<Attempt, Rejection> {
        self.admit_at(account, client, Instant::now())
    }

    fn admit_at(
        &self,
        account: AccountKey,
        client: Client,
        now: Instant,
    ) -> Result<Attempt, Rejection> {
        let mut tables = self.tables();
        if let Err(rejection) = tables.check(account, client, now) {
            let to_report = tables.rejections.admit("rejection");
            drop(tables);
            if let Some(Admitted { count, .. }) = to_report {
                let limit = rejection.limit.name();
                tracing::warn!(
                    count,
                    limit,
                    "attempts with a password or a code rejected since the last report"
                );
            }
            return Err(rejection);
        }
        tables.record_attempt(account, client, now);
        drop(tables);
        Ok(Attempt {
            limits: self.clone(),
            account,
            client,
        })
    }

    /// Ignores poisoning: after a panic, a count may be off by one.
    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Attempt {
    /// Records that the password was right: clears the failures of the client, and undoes the failure
    /// that was counted for the account and the network.
    pub(crate) fn succeed(&self) {
        let mut tables = self.limits.tables();
        tables.clients.clear(&client_key(self.account, self.client));
        if self.client.known_device.is_none() {
            tables.accounts.undo_failure(&self.account);
            tables.networks.undo_failure(&self.client.address.site());
        }
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        let mut tables = self.limits.tables();
        let site = self.client.address.site();
        if let Some(pending) = tables.pending.get_mut(&site) {
            *pending -= 1;
            if *pending == 0 {
                tables.pending.remove(&site);
            }
        }
    }
}

impl Tables {
    fn check(&self, account: AccountKey, client: Client, now: Instant) -> Result<(), Rejection> {
        let reject = |limit, retry_after| Err(Rejection { limit, retry_after });
        let per_client = Backoff {
            free: self.free_failures(&account, client, now),
            first_wait: FIRST_WAIT,
            max_wait: MAX_WAIT,
        };
        let wait = self
            .clients
            .wait(&client_key(account, client), per_client, now);
        if !wait.is_zero() {
            return reject(Limit::Account, wait);
        }
        if client.known_device.is_some() {
            return Ok(());
        }
        let site = client.address.site();
        let wait = self.networks.wait(&site, PER_NETWORK, now);
        if !wait.is_zero() {
            return reject(Limit::Network, wait);
        }
        if self
            .pending
            .get(&site)
            .is_some_and(|pending| *pending >= MAX_PENDING_PER_NETWORK)
        {
            return reject(Limit::Pending, Duration::from_secs(1));
        }
        Ok(())
    }

    fn free_failures(&self, account: &AccountKey, client: Client, now: Instant) -> u32 {
        let is_under_attack = self.accounts.count(account, now) >= ATTACK_FAILURES;
        if is_under_attack && client.known_device.is_none() {
            FREE_FAILURES_UNDER_ATTACK
        } else {
            FREE_FAILURES
        }
    }

    fn record_attempt(&mut self, account: AccountKey, client: Client, now: Instant) {
        self.clients
            .record_failure(client_key(account, client), now);
        let site = client.address.site();
        *self.pending.entry(site).or_default() += 1;
        if client.known_device.is_none() {
            self.accounts.record_failure(account, now);
            self.networks.record_failure(site, now);
        }
    }
}

fn client_key(account: AccountKey, client: Client) -> ClientKey {
    match client.known_device {
        Some(device) => ClientKey::Device(account, device),
        None => ClientKey::Network(account, client.address.network()),
    }
}
