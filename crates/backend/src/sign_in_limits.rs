//! How often a password may be tried.
//!
//! A stranger must not guess, and must not keep anybody else out by guessing. So what is counted
//! is not the account alone:
//!
//! | counted | free failures | then |
//! |---|---|---|
//! | account and network | 5, or 1 while the account is under attack | 1 s, 2 s, 4 s … 15 min |
//! | account and known device | 5 | the same, for that device only |
//! | network, over all accounts | 50 | 1 s, 2 s, 4 s, 8 s, 10 s; known devices are exempt |
//!
//! The first attempt from a network that has not failed with this account is always admitted, so
//! that the right password works from there, however many others guess elsewhere. An attempt that
//! is refused counts for nothing: it prolongs no wait.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use ipnet::IpNet;

use crate::client_address::ClientAddress;

/// Failures with one account from one network, or one known device, before it has to wait.
const FREE_FAILURES: u32 = 5;
const MAX_WAIT: Duration = Duration::from_secs(15 * 60);
/// Failures with one account from everywhere, known devices aside. From here on the account is
/// under attack, and a network has one failure instead of five.
const ATTACK_FAILURES: u32 = 100;
const FREE_FAILURES_UNDER_ATTACK: u32 = 1;
/// Failures from one network with whatever accounts. Many people may share one: the wait is short.
const FREE_FAILURES_PER_NETWORK: u32 = 50;
const MAX_NETWORK_WAIT: Duration = Duration::from_secs(10);
/// Attempts from one network whose passwords are being verified or wait for that.
const MAX_PENDING_PER_NETWORK: u32 = 4;
/// A failure is forgotten when none followed for this long.
const FORGET_AFTER: Duration = Duration::from_secs(60 * 60);
/// Entries in each of the tables; one more drops the one that failed longest ago.
const MAX_ENTRIES: usize = 10_000;

/// Refusals are summed up in the log once in this time.
const LOG_INTERVAL: Duration = Duration::from_secs(60);

/// The SHA-256 of an email in lower case: the same for accounts that exist and those that do not.
pub(crate) type AccountKey = [u8; 32];

/// Who tries.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Client {
    pub(crate) address: ClientAddress,
    /// The id of the device, where the account has signed in on it before.
    pub(crate) known_device: Option<i64>,
}

/// Why an attempt is refused, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) by: Limit,
    pub(crate) retry_after: Duration,
}

/// What was exceeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    /// Too many failures with this account from here.
    Account,
    /// Too many failures from this network.
    Network,
    /// Too many attempts from this network at the same time.
    Pending,
}

impl Limit {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Network => "network",
            Self::Pending => "pending",
        }
    }
}

/// Counts failures; cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct SignInLimits(Arc<Mutex<Tables>>);

#[derive(Debug, Default)]
struct Tables {
    clients: Table<ClientKey>,
    accounts: Table<AccountKey>,
    networks: Table<IpNet>,
    pending: HashMap<IpNet, u32>,
    refusals: Refusals,
}

/// How many attempts were refused since the log was last told.
#[derive(Debug, Default)]
struct Refusals {
    count: u64,
    logged_at: Option<Instant>,
}

impl Refusals {
    /// Counts one; returns how many to report, where it is time to.
    fn add(&mut self, now: Instant) -> Option<u64> {
        self.count += 1;
        let is_due = |at| now.saturating_duration_since(at) >= LOG_INTERVAL;
        self.logged_at.is_none_or(is_due).then(|| {
            self.logged_at = Some(now);
            std::mem::take(&mut self.count)
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum ClientKey {
    Network(AccountKey, IpNet),
    Device(AccountKey, i64),
}

/// An attempt that was admitted. It counts as a failure until [`Attempt::succeed`] is called, so
/// that many at once cannot slip through before the first of them has failed.
#[derive(Debug)]
#[must_use = "an attempt counts as failed unless it is told to have succeeded"]
pub(crate) struct Attempt {
    limits: SignInLimits,
    account: AccountKey,
    client: Client,
}

impl SignInLimits {
    /// Admits an attempt, or says how long to wait.
    pub(crate) fn admit(&self, account: AccountKey, client: Client) -> Result<Attempt, Refused> {
        self.admit_at(account, client, Instant::now())
    }

    fn admit_at(
        &self,
        account: AccountKey,
        client: Client,
        now: Instant,
    ) -> Result<Attempt, Refused> {
        let mut tables = self.tables();
        if let Err(refused) = tables.check(account, client, now) {
            let report = tables.refusals.add(now);
            drop(tables);
            if let Some(count) = report {
                let limit = refused.by.name();
                eprintln!(
                    "sign-in: {count} attempts refused since the last report, the latest by the limit `{limit}`"
                );
            }
            return Err(refused);
        }
        tables.count(account, client, now);
        drop(tables);
        Ok(Attempt {
            limits: self.clone(),
            account,
            client,
        })
    }

    /// A panic while the lock was held leaves counts behind that are at worst off by one.
    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Attempt {
    /// The password was right: the failures of this client are forgotten, and those of the account
    /// and the network are one less.
    pub(crate) fn succeed(&self) {
        let mut tables = self.limits.tables();
        tables
            .clients
            .forget(&client_key(self.account, self.client));
        if self.client.known_device.is_none() {
            tables.accounts.take_back(&self.account);
            tables.networks.take_back(&self.client.address.site());
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
    fn check(&self, account: AccountKey, client: Client, now: Instant) -> Result<(), Refused> {
        let refuse = |by, retry_after| Err(Refused { by, retry_after });
        let free = self.free_failures(&account, client, now);
        let wait = self
            .clients
            .wait(&client_key(account, client), free, MAX_WAIT, now);
        if !wait.is_zero() {
            return refuse(Limit::Account, wait);
        }
        if client.known_device.is_some() {
            return Ok(());
        }
        let site = client.address.site();
        let wait = self
            .networks
            .wait(&site, FREE_FAILURES_PER_NETWORK, MAX_NETWORK_WAIT, now);
        if !wait.is_zero() {
            return refuse(Limit::Network, wait);
        }
        if self
            .pending
            .get(&site)
            .is_some_and(|pending| *pending >= MAX_PENDING_PER_NETWORK)
        {
            return refuse(Limit::Pending, Duration::from_secs(1));
        }
        Ok(())
    }

    fn free_failures(&self, account: &AccountKey, client: Client, now: Instant) -> u32 {
        let under_attack = self.accounts.failures(account, now) >= ATTACK_FAILURES;
        if under_attack && client.known_device.is_none() {
            FREE_FAILURES_UNDER_ATTACK
        } else {
            FREE_FAILURES
        }
    }

    fn count(&mut self, account: AccountKey, client: Client, now: Instant) {
        self.clients.fail(client_key(account, client), now);
        let site = client.address.site();
        *self.pending.entry(site).or_default() += 1;
        if client.known_device.is_none() {
            self.accounts.fail(account, now);
            self.networks.fail(site, now);
        }
    }
}

fn client_key(account: AccountKey, client: Client) -> ClientKey {
    match client.known_device {
        Some(device) => ClientKey::Device(account, device),
        None => ClientKey::Network(account, client.address.network()),
    }
}

/// Failures by key, of which there are never more than [`MAX_ENTRIES`].
#[derive(Debug)]
struct Table<K>(HashMap<K, Failures>);

#[derive(Clone, Copy, Debug)]
struct Failures {
    count: u32,
    last: Instant,
}

impl<K> Default for Table<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Copy + Eq + Hash> Table<K> {
    fn failures(&self, key: &K, now: Instant) -> u32 {
        self.remembered(key, now)
            .map_or(0, |failures| failures.count)
    }

    /// How long this key has to wait: twice as long with each failure beyond the free ones.
    fn wait(&self, key: &K, free: u32, max: Duration, now: Instant) -> Duration {
        let Some(failures) = self.remembered(key, now).filter(|it| it.count >= free) else {
            return Duration::ZERO;
        };
        let doubled = 1_u64.checked_shl(failures.count - free).unwrap_or(u64::MAX);
        let until = failures.last + Duration::from_secs(doubled).min(max);
        until.saturating_duration_since(now)
    }

    fn fail(&mut self, key: K, now: Instant) {
        let count = self.failures(&key, now).saturating_add(1);
        if self.0.len() >= MAX_ENTRIES && !self.0.contains_key(&key) {
            self.make_room(now);
        }
        self.0.insert(key, Failures { count, last: now });
    }

    fn take_back(&mut self, key: &K) {
        if let Some(failures) = self.0.get_mut(key) {
            failures.count = failures.count.saturating_sub(1);
        }
    }

    fn forget(&mut self, key: &K) {
        self.0.remove(key);
    }

    fn remembered(&self, key: &K, now: Instant) -> Option<&Failures> {
        self.0
            .get(key)
            .filter(|failures| now.saturating_duration_since(failures.last) < FORGET_AFTER)
    }

    /// Forgets what is old; where nothing is, the one that failed longest ago.
    fn make_room(&mut self, now: Instant) {
        self.0
            .retain(|_, failures| now.saturating_duration_since(failures.last) < FORGET_AFTER);
        if self.0.len() < MAX_ENTRIES {
            return;
        }
        let oldest = self.0.iter().min_by_key(|(_, failures)| failures.last);
        if let Some(key) = oldest.map(|(key, _)| *key) {
            self.0.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORF: AccountKey = [1; 32];
    const LONDO: AccountKey = [2; 32];

    fn from(address: &str) -> Client {
        Client {
            address: ClientAddress(address.parse().unwrap()),
            known_device: None,
        }
    }

    fn on_device(address: &str) -> Client {
        Client {
            known_device: Some(7),
            ..from(address)
        }
    }

    /// A clock and limits, and a way to fail.
    struct Guesses {
        limits: SignInLimits,
        now: Instant,
    }

    impl Guesses {
        fn new() -> Self {
            Self {
                limits: SignInLimits::default(),
                now: Instant::now(),
            }
        }

        fn fail(&self, account: AccountKey, client: Client) -> Result<(), Refused> {
            self.limits.admit_at(account, client, self.now).map(drop)
        }

        fn succeed(&self, account: AccountKey, client: Client) -> Result<(), Refused> {
            let attempt = self.limits.admit_at(account, client, self.now)?;
            attempt.succeed();
            Ok(())
        }

        fn wait(&mut self, time: Duration) {
            self.now += time;
        }

        fn from_network(number: u32) -> Client {
            from(&std::net::Ipv4Addr::from(0x0A00_0000 + number).to_string())
        }
    }

    fn account(number: u32) -> AccountKey {
        let mut key = [9; 32];
        key[..4].copy_from_slice(&number.to_be_bytes());
        key
    }

    #[test]
    fn after_five_failures_the_wait_doubles_up_to_fifteen_minutes() {
        let mut guesses = Guesses::new();
        let stranger = from("203.0.113.9");
        for _ in 0..FREE_FAILURES {
            guesses.fail(WORF, stranger).unwrap();
        }
        let mut waits = Vec::new();
        for _ in 0..12 {
            let refused = guesses.fail(WORF, stranger).unwrap_err();
            assert_eq!(refused.by, Limit::Account);
            waits.push(refused.retry_after.as_secs());
            guesses.wait(refused.retry_after);
            guesses.fail(WORF, stranger).unwrap();
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
    }

    #[test]
    fn what_is_refused_prolongs_no_wait() {
        let mut guesses = Guesses::new();
        let stranger = from("203.0.113.9");
        let refused = (0..300)
            .filter(|_| guesses.fail(WORF, stranger).is_err())
            .count();
        assert_eq!(refused, 295);
        guesses.wait(Duration::from_secs(1));
        guesses.succeed(WORF, stranger).unwrap();
    }

    #[test]
    fn attempts_at_the_same_moment_are_counted_before_any_has_failed() {
        let guesses = Guesses::new();
        let at_once: Vec<_> = (0..300)
            .filter_map(|_| {
                guesses
                    .limits
                    .admit_at(WORF, from("203.0.113.9"), guesses.now)
                    .ok()
            })
            .collect();
        assert_eq!(at_once.len() as u32, MAX_PENDING_PER_NETWORK);
    }

    #[test]
    fn a_stranger_locks_out_nobody_elsewhere_and_no_known_device() {
        let guesses = Guesses::new();
        let stranger = from("203.0.113.9");
        while guesses.fail(WORF, stranger).is_ok() {}
        guesses.succeed(WORF, from("198.51.100.7")).unwrap();
        guesses.succeed(WORF, on_device("203.0.113.9")).unwrap();
        guesses.succeed(LONDO, stranger).unwrap();
    }

    #[test]
    fn guesses_from_many_networks_leave_the_first_attempt_of_another_alone() {
        let guesses = Guesses::new();
        for number in 0..2_000 {
            guesses.fail(WORF, Guesses::from_network(number)).unwrap();
        }
        let again = guesses.fail(WORF, Guesses::from_network(7)).unwrap_err();
        assert_eq!(again.by, Limit::Account);
        guesses.succeed(WORF, from("198.51.100.7")).unwrap();
        guesses.succeed(WORF, on_device("10.0.0.7")).unwrap();
    }

    #[test]
    fn a_password_tried_on_many_accounts_is_slowed_by_network_and_known_devices_are_not() {
        let guesses = Guesses::new();
        let stranger = from("203.0.113.9");
        let failed = (0..).take_while(|number| guesses.fail(account(*number), stranger).is_ok());
        assert_eq!(failed.count() as u32, FREE_FAILURES_PER_NETWORK);
        let refused = guesses.fail(WORF, stranger).unwrap_err();
        assert_eq!(refused.by, Limit::Network);
        assert!(refused.retry_after <= MAX_NETWORK_WAIT);
        guesses.succeed(WORF, on_device("203.0.113.9")).unwrap();
    }

    #[test]
    fn addresses_of_one_ipv6_customer_count_together() {
        let guesses = Guesses::new();
        let same_network = |host: u32| from(&format!("2001:db8:1:2::{host:x}"));
        let admitted = (1..100).filter(|host| guesses.fail(WORF, same_network(*host)).is_ok());
        assert_eq!(admitted.count() as u32, FREE_FAILURES);
        let same_site = |network: u32| from(&format!("2001:db8:7:{network:x}::1"));
        let admitted = (1..1000).filter(|it| guesses.fail(LONDO, same_site(*it)).is_ok());
        assert_eq!(admitted.count() as u32, FREE_FAILURES_PER_NETWORK);
    }

    #[test]
    fn a_known_device_that_guesses_waits_itself() {
        let guesses = Guesses::new();
        let thief = on_device("203.0.113.9");
        let admitted = (0..100).filter(|_| guesses.fail(WORF, thief).is_ok());
        assert_eq!(admitted.count() as u32, FREE_FAILURES);
        guesses.succeed(WORF, from("198.51.100.7")).unwrap();
    }

    #[test]
    fn refusals_are_reported_at_once_and_then_summed_up() {
        let mut refusals = Refusals::default();
        let now = Instant::now();
        assert_eq!(refusals.add(now), Some(1));
        assert_eq!(refusals.add(now), None);
        assert_eq!(refusals.add(now + LOG_INTERVAL), Some(2));
    }

    #[test]
    fn failures_are_forgotten_after_an_hour_and_tables_stay_small() {
        let mut guesses = Guesses::new();
        while guesses.fail(WORF, from("203.0.113.9")).is_ok() {}
        guesses.wait(FORGET_AFTER);
        guesses.fail(WORF, from("203.0.113.9")).unwrap();
        for number in 0..(MAX_ENTRIES as u32 + 500) {
            guesses
                .fail(account(number), Guesses::from_network(number))
                .unwrap();
        }
        let tables = guesses.limits.tables();
        assert!(tables.clients.0.len() <= MAX_ENTRIES && tables.networks.0.len() <= MAX_ENTRIES);
        assert!(tables.pending.is_empty());
    }
}
