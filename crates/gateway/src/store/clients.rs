//! Each client's usage of the store, so that one client cannot evict the traces of all others.
//!
//! A client is an address and, behind one address, a service. An IPv6 client is a network.
//! Programs on this machine have no address, and neither has a proxy that names no client. A
//! full store evicts traces of the address with the largest usage, and of its largest service.
//! Senders choose the names of services. Beyond a limit, the services of an address share one
//! entry, so a sender that invents many names does not look small. Addresses have a limit, too.
//!
//! The store has no addresses: it identifies a client by hashes.

use std::{collections::HashMap, net::IpAddr};

use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};

/// Addresses with an entry of their own.
const MAX_ADDRESSES: usize = 512;

/// Services of one address with an entry of their own.
const MAX_SERVICES: usize = 16;

/// The entry of all addresses or services beyond the limit.
const OTHERS: i64 = -1;

/// The store's overhead of a span, a trace and a log record, besides the bodies.
const SPAN_OVERHEAD_BYTES: u64 = 150;
const TRACE_OVERHEAD_BYTES: u64 = 1_000;
const LOG_OVERHEAD_BYTES: u64 = 150;

const STORED: &str = "SELECT id, address, service FROM client";

/// Bytes, spans, traces and log records by client.
const STORED_USAGE: &str =
    "SELECT client, sum(bytes), sum(span_count), count(*), 0 FROM trace GROUP BY client
    UNION ALL SELECT client, sum(bytes), 0, 0, count(*) FROM log GROUP BY client";

const ADD: &str = "INSERT OR IGNORE INTO client (id, address, service) VALUES (?, ?, ?)";

/// An address and a service, hashed.
type Key = (i64, i64);

/// The usage of all clients.
#[derive(Debug, Default)]
pub(super) struct Clients {
    ids: HashMap<Key, i64>,
    /// The number of services by address.
    services: HashMap<i64, usize>,
    usage: HashMap<i64, ClientUsage>,
}

#[derive(Clone, Copy, Debug, Default)]
struct ClientUsage {
    address: i64,
    bytes: u64,
}

/// The size of a client's traces and log records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Usage {
    pub(super) bytes: u64,
    pub(super) spans: u64,
    pub(super) traces: u64,
    pub(super) logs: u64,
}

impl Usage {
    /// Returns about as many bytes as the traces take in the store.
    pub(super) const fn total(self) -> u64 {
        self.bytes
            + self.spans * SPAN_OVERHEAD_BYTES
            + self.traces * TRACE_OVERHEAD_BYTES
            + self.logs * LOG_OVERHEAD_BYTES
    }
}

impl Clients {
    pub(super) fn open(connection: &Connection) -> rusqlite::Result<Self> {
        let mut clients = Self::default();
        let mut stored = connection.prepare(STORED)?;
        let stored = stored.query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))?;
        for client in stored {
            let (id, key) = client?;
            clients.register(id, key);
        }
        let mut usage = connection.prepare(STORED_USAGE)?;
        let usage = usage.query_map([], |row| {
            let usage = Usage {
                bytes: row.get(1)?,
                spans: row.get(2)?,
                traces: row.get(3)?,
                logs: row.get(4)?,
            };
            Ok((row.get(0)?, usage))
        })?;
        for client in usage {
            let (id, usage) = client?;
            clients.add_usage(id, usage);
        }
        Ok(clients)
    }

    fn register(&mut self, id: i64, key: Key) {
        let (address, _) = key;
        self.ids.insert(key, id);
        *self.services.entry(address).or_default() += 1;
        self.usage.entry(id).or_default().address = address;
    }

    /// Returns the client's number. Assigns one to a new client.
    pub(super) fn id(
        &mut self,
        connection: &Connection,
        address: Option<IpAddr>,
        service: &str,
    ) -> rusqlite::Result<i64> {
        let key = self.key(address_hash(address), hash(service.as_bytes()));
        if let Some(id) = self.ids.get(&key) {
            return Ok(*id);
        }
        // A number is reused only after a failed transaction, which stored nothing.
        let id = self.usage.keys().max().copied().unwrap_or_default() + 1;
        connection
            .prepare_cached(ADD)?
            .execute(params![id, key.0, key.1])?;
        self.register(id, key);
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

    pub(super) fn add_usage(&mut self, id: i64, usage: Usage) {
        self.usage.entry(id).or_default().bytes += usage.total();
    }

    pub(super) fn subtract_usage(&mut self, id: i64, usage: Usage) {
        let client = self.usage.entry(id).or_default();
        client.bytes = client.bytes.saturating_sub(usage.total());
    }

    /// Returns all clients that may have traces.
    pub(super) fn all(&self) -> Vec<i64> {
        self.usage.keys().copied().collect()
    }

    /// Returns the largest client of the address with the largest usage.
    pub(super) fn largest(&self) -> Option<i64> {
        let mut addresses = HashMap::<i64, u64>::new();
        for usage in self.usage.values() {
            *addresses.entry(usage.address).or_default() += usage.bytes;
        }
        let (address, _) = addresses.into_iter().max_by_key(|(_, bytes)| *bytes)?;
        let of_address = self.usage.iter();
        let of_address = of_address.filter(|(_, usage)| usage.address == address);
        let largest = of_address.max_by_key(|(_, usage)| usage.bytes)?;
        Some(*largest.0)
    }

    /// Sets the usage of a client without traces to zero, whatever was counted.
    pub(super) fn reset_usage(&mut self, id: i64) {
        if let Some(usage) = self.usage.get_mut(&id) {
            usage.bytes = 0;
        }
    }
}

fn address_hash(address: Option<IpAddr>) -> i64 {
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

    fn bytes(bytes: u64) -> Usage {
        Usage {
            bytes,
            ..Usage::default()
        }
    }

    #[test]
    fn largest_service_of_the_largest_address_is_chosen() {
        let connection = schema::in_memory().unwrap();
        let mut clients = Clients::default();
        let flood = Some([203, 0, 113, 9].into());
        let mut client = |address, service: &str, size| {
            let id = clients.id(&connection, address, service).unwrap();
            clients.add_usage(id, bytes(size));
            id
        };
        client(None, "shop", 500);
        let invented = (0..100).map(|name| client(flood, &format!("invented-{name}"), 10));
        let invented: Vec<_> = invented.collect();
        // Together they are larger than the other service, and most of them share an entry.
        assert_eq!(clients.largest(), Some(invented[99]));
        assert_eq!(invented[50], invented[99]);
        assert_ne!(invented[0], invented[1]);
    }

    #[test]
    fn clients_are_bounded_and_restored_after_a_restart() {
        let connection = schema::in_memory().unwrap();
        let mut clients = Clients::default();
        for number in 0..2_000 {
            let address = Some(std::net::Ipv4Addr::from_bits(number).into());
            clients.id(&connection, address, "a").unwrap();
        }
        assert!(clients.services.len() <= MAX_ADDRESSES + 1);
        let first = Some([0, 0, 0, 1].into());
        let mut restored = Clients::open(&connection).unwrap();
        assert_eq!(
            restored.id(&connection, first, "a").unwrap(),
            clients.id(&connection, first, "a").unwrap()
        );
    }
}
