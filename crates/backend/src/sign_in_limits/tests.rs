//! Tests of the sign-in limits.

use super::{
    failure_table::{FAILURE_LIFETIME, MAX_ENTRIES},
    *,
};

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

/// Limits with a clock.
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

    fn fail(&self, account: AccountKey, client: Client) -> Result<(), Rejection> {
        self.limits.admit_at(account, client, self.now).map(drop)
    }

    fn succeed(&self, account: AccountKey, client: Client) -> Result<(), Rejection> {
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
fn wait_doubles_after_five_failures_up_to_fifteen_minutes() {
    let mut guesses = Guesses::new();
    let attacker = from("203.0.113.9");
    for _ in 0..FREE_FAILURES {
        guesses.fail(WORF, attacker).unwrap();
    }
    let mut waits = Vec::new();
    for _ in 0..12 {
        let rejection = guesses.fail(WORF, attacker).unwrap_err();
        assert_eq!(rejection.limit, Limit::Account);
        waits.push(rejection.retry_after.as_secs());
        guesses.wait(rejection.retry_after);
        guesses.fail(WORF, attacker).unwrap();
    }
    assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
}

#[test]
fn rejected_attempts_do_not_extend_the_wait() {
    let mut guesses = Guesses::new();
    let attacker = from("203.0.113.9");
    let rejected = (0..300)
        .filter(|_| guesses.fail(WORF, attacker).is_err())
        .count();
    assert_eq!(rejected, 295);
    guesses.wait(Duration::from_secs(1));
    guesses.succeed(WORF, attacker).unwrap();
}

#[test]
fn concurrent_attempts_are_counted_before_any_has_failed() {
    let guesses = Guesses::new();
    let admitted: Vec<_> = (0..300)
        .filter_map(|_| {
            guesses
                .limits
                .admit_at(WORF, from("203.0.113.9"), guesses.now)
                .ok()
        })
        .collect();
    assert_eq!(admitted.len() as u32, MAX_PENDING_PER_NETWORK);
}

#[test]
fn attacker_does_not_block_other_networks_or_known_devices() {
    let guesses = Guesses::new();
    let attacker = from("203.0.113.9");
    while guesses.fail(WORF, attacker).is_ok() {}
    guesses.succeed(WORF, from("198.51.100.7")).unwrap();
    guesses.succeed(WORF, on_device("203.0.113.9")).unwrap();
    guesses.succeed(LONDO, attacker).unwrap();
}

#[test]
fn attack_from_many_networks_does_not_block_the_first_attempt_from_another() {
    let guesses = Guesses::new();
    for number in 0..2_000 {
        guesses.fail(WORF, Guesses::from_network(number)).unwrap();
    }
    let again = guesses.fail(WORF, Guesses::from_network(7)).unwrap_err();
    assert_eq!(again.limit, Limit::Account);
    guesses.succeed(WORF, from("198.51.100.7")).unwrap();
    guesses.succeed(WORF, on_device("10.0.0.7")).unwrap();
}

#[test]
fn attempts_with_many_accounts_are_limited_by_network_except_on_known_devices() {
    let guesses = Guesses::new();
    let attacker = from("203.0.113.9");
    let failed = (0..).take_while(|number| guesses.fail(account(*number), attacker).is_ok());
    assert_eq!(failed.count() as u32, PER_NETWORK.free);
    let rejection = guesses.fail(WORF, attacker).unwrap_err();
    assert_eq!(rejection.limit, Limit::Network);
    assert!(rejection.retry_after <= PER_NETWORK.max_wait);
    guesses.succeed(WORF, on_device("203.0.113.9")).unwrap();
}

#[test]
fn addresses_of_one_ipv6_site_are_counted_together() {
    let guesses = Guesses::new();
    let same_network = |host: u32| from(&format!("2001:db8:1:2::{host:x}"));
    let admitted = (1..100).filter(|host| guesses.fail(WORF, same_network(*host)).is_ok());
    assert_eq!(admitted.count() as u32, FREE_FAILURES);
    let same_site = |network: u32| from(&format!("2001:db8:7:{network:x}::1"));
    let admitted = (1..1000).filter(|it| guesses.fail(LONDO, same_site(*it)).is_ok());
    assert_eq!(admitted.count() as u32, PER_NETWORK.free);
}

#[test]
fn guessing_on_a_known_device_blocks_that_device_only() {
    let guesses = Guesses::new();
    let attacker = on_device("203.0.113.9");
    let admitted = (0..100).filter(|_| guesses.fail(WORF, attacker).is_ok());
    assert_eq!(admitted.count() as u32, FREE_FAILURES);
    guesses.succeed(WORF, from("198.51.100.7")).unwrap();
}

#[test]
fn failures_expire_after_an_hour_and_tables_are_bounded() {
    let mut guesses = Guesses::new();
    while guesses.fail(WORF, from("203.0.113.9")).is_ok() {}
    guesses.wait(FAILURE_LIFETIME);
    guesses.fail(WORF, from("203.0.113.9")).unwrap();
    for number in 0..(MAX_ENTRIES as u32 + 500) {
        guesses
            .fail(account(number), Guesses::from_network(number))
            .unwrap();
    }
    let tables = guesses.limits.tables();
    assert!(tables.clients.len() <= MAX_ENTRIES && tables.networks.len() <= MAX_ENTRIES);
    assert!(tables.pending.is_empty());
}
