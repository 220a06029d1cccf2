//! Limits on requests that send mail: sign-up, another code, and recovery.
//!
//! They must stop a client from filling someone's mailbox, and from creating accounts in bulk.
//!
//! | counted per | free requests | then one after |
//! |---|---|---|
//! | address | 3 | 1 min, 2 min, 4 min … 30 min |
//! | network (IPv4 address, IPv6 /48), over all addresses | 20 | 1 min, 2 min, 4 min, 5 min |
//!
//! Requests are counted whether or not the address has an account. Rejected ones are not counted.
//! An hour without a request clears the count.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use ipnet::IpNet;

use crate::{
    Error,
    client_address::ClientAddress,
    sign_in_limits::{AccountKey, Backoff, FailureTable},
};

const PER_ADDRESS: Backoff = Backoff {
    free: 3,
    first_wait: Duration::from_secs(60),
    max_wait: Duration::from_secs(30 * 60),
};
const PER_NETWORK: Backoff = Backoff {
    free: 20,
    first_wait: Duration::from_secs(60),
    max_wait: Duration::from_secs(5 * 60),
};

/// Counts requests that send mail. It is cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct MailLimits(Arc<Mutex<Tables>>);

#[derive(Debug, Default)]
struct Tables {
    addresses: FailureTable<AccountKey>,
    networks: FailureTable<IpNet>,
}

impl MailLimits {
    /// Counts a request, or rejects it.
    pub(crate) fn admit(&self, address: AccountKey, client: ClientAddress) -> Result<(), Error> {
        self.admit_at(address, client, Instant::now())
    }

    fn admit_at(
        &self,
        address: AccountKey,
        client: ClientAddress,
        now: Instant,
    ) -> Result<(), Error> {
        let mut tables = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let site = client.site();
        let wait = tables.addresses.wait(&address, PER_ADDRESS, now);
        let wait = wait.max(tables.networks.wait(&site, PER_NETWORK, now));
        if !wait.is_zero() {
            return Err(Error::TooManyRequests(wait));
        }
        tables.addresses.record_failure(address, now);
        tables.networks.record_failure(site, now);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(address: &str) -> ClientAddress {
        ClientAddress(address.parse().unwrap())
    }

    fn wait(result: Result<(), Error>) -> Duration {
        match result {
            Err(Error::TooManyRequests(wait)) => wait,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn fourth_request_for_an_address_waits_on_every_network() {
        let (limits, now) = (MailLimits::default(), Instant::now());
        for network in 1..=3 {
            let client = client(&format!("203.0.113.{network}"));
            limits.admit_at([1; 32], client, now).unwrap();
        }
        let rejected = limits.admit_at([1; 32], client("203.0.113.4"), now);
        assert_eq!(wait(rejected), Duration::from_secs(60));
        limits
            .admit_at([2; 32], client("203.0.113.4"), now)
            .unwrap();
        let later = now + Duration::from_secs(60);
        limits
            .admit_at([1; 32], client("203.0.113.4"), later)
            .unwrap();
        let rejected = limits.admit_at([1; 32], client("203.0.113.4"), later);
        assert_eq!(wait(rejected), Duration::from_secs(120));
    }

    #[test]
    fn network_waits_after_20_addresses_and_others_do_not() {
        let (limits, now) = (MailLimits::default(), Instant::now());
        for address in 0..20 {
            limits
                .admit_at([address; 32], client("2001:db8::1"), now)
                .unwrap();
        }
        let rejected = limits.admit_at([20; 32], client("2001:db8:0:1::2"), now);
        assert_eq!(wait(rejected), Duration::from_secs(60));
        limits
            .admit_at([20; 32], client("2001:db8:1::1"), now)
            .unwrap();
    }
}
