//! Whose traces the store holds, so that one client does not push out those of all others.
//!
//! A client is an address (a network of IPv6; nothing for programs on this machine, which a
//! proxy that names no client is, too) and, behind one address, a service. When the store is
//! full, the address that holds most gives way, and of its services the one that holds most.
//! Names of services are the sender's claim: so that one that makes up many names does not look
//! small, the services of an address beyond a number share one place, and so do addresses.
//!
//! The store keeps no addresses: a client is known by a hash.

use std::{collections::HashMap, net::IpAddr};

use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};

/// Addresses that are told apart.
const MAX_ADDRESSES: usize = 512;

/// Services of one address that are told apart.
const MAX_SERVICES: usize = 16;

/// Stands for all beyond these numbers.
const OTHERS: i64 = -1;

/// What a span and a trace take besides the span's own bytes, so that many small ones count.
const SPAN_BYTES: u64 = 150;
const TRACE_BYTES: u64 = 1_000;

const KNOWN: &str = "SELECT id, address, service FROM client";

const HELD: &str =
    "SELECT client, sum(bytes), sum(span_count), count(*) FROM trace GROUP BY client";

const ADD: &str = "INSERT OR IGNORE INTO client (id, address, service) VALUES (?, ?, ?)";

/// An address and a service, hashed.
type Key = (i64, i64);

/// What each client holds.
#[derive(Debug, Default)]
pub(super) struct Clients {
    ids: HashMap<Key, i64>,
    /// Services by address.
    services: HashMap<i64, usize>,
    held: HashMap<i64, Held>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Held {
    address: i64,
    bytes: u64,
}

/// What traces take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Weight {
    pub(super) bytes: u64,
    pub(super) spans: u64,
    pub(super) traces: u64,
}

impl Weight {
    const fn total(self) -> u64 {
        self.bytes + self.spans * SPAN_BYTES + self.traces * TRACE_BYTES
    }
}

impl Clients {
    pub(super) fn open(connection: &Connection) -> rusqlite::Result<Self> {
        let mut clients = Self::default();
        let mut known = connection.prepare(KNOWN)?;
        let known = known.query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))?;
        for client in known {
            let (id, key) = client?;
            clients.know(id, key);
        }
        let mut held = connection.prepare(HELD)?;
        let held = held.query_map([], |row| {
            let weight = Weight {
                bytes: row.get(1)?,
                spans: row.get(2)?,
                traces: row.get(3)?,
            };
            Ok((row.get(0)?, weight))
        })?;
        for client in held {
            let (id, weight) = client?;
            clients.grew(id, weight);
        }
        Ok(clients)
    }

    fn know(&mut self, id: i64, key: Key) {
        let (address, _) = key;
        self.ids.insert(key, id);
        *self.services.entry(address).or_default() += 1;
        self.held.entry(id).or_default().address = address;
    }

    /// Returns the number of a client, and gives it one when it is new.
    pub(super) fn id(
        &mut self,
        connection: &Connection,
        address: Option<IpAddr>,
        service: &str,
    ) -> rusqlite::Result<i64> {
        let key = self.key(hash_of(address), hash(service.as_bytes()));
        if let Some(id) = self.ids.get(&key) {
            return Ok(*id);
        }
        // Numbers are given again after a failed transaction only, which stored nothing.
        let id = self.held.keys().max().copied().unwrap_or_default() + 1;
        connection
            .prepare_cached(ADD)?
            .execute(params![id, key.0, key.1])?;
        self.know(id, key);
        Ok(id)
    }

    fn key(&self, mut address: i64, mut service: i64) -> Key {
        if !self.services.contains_key(&address) && self.services.len() >= MAX_ADDRESSES {
            address = OTHERS;
        }
        let services = self.services.get(&address).copied().unwrap_or_default();
        if !self.ids.contains_key(&(address, service)) && services >= MAX_SERVICES {
            service = OTHERS;
        }
        (address, service)
    }

    pub(super) fn grew(&mut self, id: i64, weight: Weight) {
        self.held.entry(id).or_default().bytes += weight.total();
    }

    pub(super) fn shrank(&mut self, id: i64, weight: Weight) {
        let held = self.held.entry(id).or_default();
        held.bytes = held.bytes.saturating_sub(weight.total());
    }

    /// All that may hold traces.
    pub(super) fn all(&self) -> Vec<i64> {
        self.held.keys().copied().collect()
    }

    /// The largest client of the address that holds most.
    pub(super) fn fullest(&self) -> Option<i64> {
        let mut addresses = HashMap::<i64, u64>::new();
        for held in self.held.values() {
            *addresses.entry(held.address).or_default() += held.bytes;
        }
        let (address, _) = addresses.into_iter().max_by_key(|(_, bytes)| *bytes)?;
        let of_address = self.held.iter();
        let of_address = of_address.filter(|(_, held)| held.address == address);
        let largest = of_address.max_by_key(|(_, held)| held.bytes)?;
        Some(*largest.0)
    }

    /// It holds nothing, whatever was counted.
    pub(super) fn is_empty(&mut self, id: i64) {
        if let Some(held) = self.held.get_mut(&id) {
            held.bytes = 0;
        }
    }
}

fn hash_of(address: Option<IpAddr>) -> i64 {
    match address {
        Some(IpAddr::V4(v4)) => hash(&v4.octets()),
        Some(IpAddr::V6(v6)) => hash(&v6.octets()),
        None => 0,
    }
}

fn hash(bytes: &[u8]) -> i64 {
    let digest = Sha256::digest(bytes);
    let first = digest.first_chunk().copied().unwrap_or_default();
    // Not negative, so never `OTHERS`.
    i64::from_le_bytes(first) & i64::MAX
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::schema;

    fn bytes(bytes: u64) -> Weight {
        Weight {
            bytes,
            ..Weight::default()
        }
    }

    #[test]
    fn address_that_holds_most_gives_way_with_its_largest_service() {
        let connection = schema::in_memory().unwrap();
        let mut clients = Clients::default();
        let flood = Some([203, 0, 113, 9].into());
        let mut client = |address, service: &str, held| {
            let id = clients.id(&connection, address, service).unwrap();
            clients.grew(id, bytes(held));
            id
        };
        client(None, "shop", 500);
        let named = (0..100).map(|name| client(flood, &format!("made-up-{name}"), 10));
        let named: Vec<_> = named.collect();
        // Together they hold more, and most of them share a place.
        assert_eq!(clients.fullest(), Some(named[99]));
        assert_eq!(named[50], named[99]);
        assert_ne!(named[0], named[1]);
    }

    #[test]
    fn addresses_and_services_are_bounded_and_known_after_a_restart() {
        let connection = schema::in_memory().unwrap();
        let mut clients = Clients::default();
        for number in 0..2_000 {
            let address = Some(std::net::Ipv4Addr::from_bits(number).into());
            clients.id(&connection, address, "a").unwrap();
        }
        assert!(clients.services.len() <= MAX_ADDRESSES + 1);
        let first = Some([0, 0, 0, 1].into());
        let mut again = Clients::open(&connection).unwrap();
        assert_eq!(
            again.id(&connection, first, "a").unwrap(),
            clients.id(&connection, first, "a").unwrap()
        );
    }
}
