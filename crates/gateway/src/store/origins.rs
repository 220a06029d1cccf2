//! The resource and the scope that many spans and log records share, stored once as an origin.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use bytes::Bytes;
use opentelemetry_proto::tonic::{
    common::v1::InstrumentationScope, resource::v1::Resource as ProtoResource,
};
use prost::Message;
use rusqlite::{Connection, OptionalExtension, params};
use trace_model::{Resource, Scope};

use super::{damage, from_otlp};
use crate::{decode::Signal, wire::Origin};

const STORED: &str =
    "SELECT resource, resource_schema_url, scope, scope_schema_url, crc FROM origin WHERE id = ?";

const ENCODED_BYTES: &str = "SELECT length(resource) + octet_length(resource_schema_url)
        + length(scope) + octet_length(scope_schema_url)
    FROM origin WHERE id = ?";

const ADD: &str = "INSERT INTO origin
        (resource, resource_schema_url, scope, scope_schema_url, crc, last_seq)
    VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET last_seq = max(last_seq, excluded.last_seq)
    RETURNING id, last_seq";

const MARK_USED: &str = "UPDATE origin SET last_seq = ? WHERE id = ?";

const ADD_FOR_LOGS: &str = "INSERT INTO origin
        (resource, resource_schema_url, scope, scope_schema_url, crc, last_seq, last_log)
    VALUES (?, ?, ?, ?, ?, 0, ?)
    ON CONFLICT DO UPDATE SET last_log = max(last_log, excluded.last_log)
    RETURNING id, last_log";

const MARK_USED_BY_LOGS: &str = "UPDATE origin SET last_log = ? WHERE id = ?";

/// The size limit of the cache, as encoded. A larger cache is emptied.
const MAX_CACHED_BYTES: usize = 1 << 20;

/// The most spans that the last use of an origin is ahead of its newest span.
const MAX_SPANS_AHEAD: i64 = 4_096;

/// A decoded resource and scope.
pub(super) type Shared = (Arc<Resource>, Arc<Scope>);

/// A cache of origins of spans, or of log records, which are numbered separately. It is valid until an
/// origin is deleted, or a transaction fails.
#[derive(Debug)]
pub(super) struct Origins {
    stored: HashMap<Origin, Stored>,
    decoded: HashMap<i64, Shared>,
    /// The size of all cached origins, as encoded.
    bytes: usize,
    /// The origins of the current transaction.
    in_use: HashSet<i64>,
    signal: Signal,
}

impl Default for Origins {
    fn default() -> Self {
        Self::new(Signal::Traces)
    }
}

/// An origin's row.
#[derive(Clone, Copy, Debug)]
struct Stored {
    id: i64,
    /// The row's `last_seq`.
    last_seq: i64,
    /// The number of requests with this origin.
    requests: i64,
}

impl Stored {
    /// Returns the last use to save. It is ahead of the newest span, so that an origin in constant
    /// use is not written with each transaction. The origin may then outlive its spans by as many
    /// spans. So it is not ahead by more than the requests that had the origin: a sender of many
    /// origins would otherwise keep each of them for long.
    fn last_use(self, newest: i64) -> i64 {
        newest + (self.requests - 1).min(MAX_SPANS_AHEAD)
    }
}

impl Origins {
    /// Creates an empty cache of origins of log records. The default is one of spans.
    pub(super) fn of_logs() -> Self {
        Self::new(Signal::Logs)
    }

    fn new(signal: Signal) -> Self {
        Self {
            stored: HashMap::new(),
            decoded: HashMap::new(),
            bytes: 0,
            in_use: HashSet::new(),
            signal,
        }
    }

    /// Returns the origin's number. Stores the origin if it is new.
    pub(super) fn id(
        &mut self,
        connection: &Connection,
        origin: Origin,
        last_seq: i64,
    ) -> rusqlite::Result<i64> {
        if let Some(stored) = self.stored.get_mut(&origin) {
            stored.requests += 1;
            self.in_use.insert(stored.id);
            return Ok(stored.id);
        }
        let stored = add(connection, self.signal, &origin, last_seq)?;
        // A slice would keep the whole request in memory.
        let origin = origin.copied();
        let (resource, scope) = (origin.resource.clone(), origin.scope.clone());
        self.decoded.insert(stored.id, decode(resource, scope));
        self.in_use.insert(stored.id);
        self.bytes += origin.encoded_bytes();
        self.stored.insert(origin, stored);
        Ok(stored.id)
    }

    /// Returns the decoded origin with this number.
    pub(super) fn decoded(&mut self, connection: &Connection, id: i64) -> rusqlite::Result<Shared> {
        if let Some(decoded) = self.decoded.get(&id) {
            return Ok(decoded.clone());
        }
        let origin = stored(connection, id)?;
        self.bytes += origin.encoded_bytes();
        let decoded = decode(origin.resource, origin.scope);
        self.decoded.insert(id, decoded.clone());
        Ok(decoded)
    }

    /// Sets the last use of all origins of the transaction, whose newest span has the number
    /// `last_seq`. An origin is deleted after the last span up to its last use.
    pub(super) fn mark_used(
        &mut self,
        connection: &Connection,
        last_seq: i64,
    ) -> rusqlite::Result<()> {
        let mut statement = connection.prepare_cached(match self.signal {
            Signal::Traces => MARK_USED,
            Signal::Logs => MARK_USED_BY_LOGS,
        })?;
        let in_use = std::mem::take(&mut self.in_use);
        for stored in self.stored.values_mut() {
            if stored.last_seq < last_seq && in_use.contains(&stored.id) {
                stored.last_seq = stored.last_use(last_seq);
                statement.execute([stored.last_seq, stored.id])?;
            }
        }
        Ok(())
    }

    /// Empties a cache that is too large. Only between two transactions.
    pub(super) fn limit_size(&mut self) {
        if self.bytes > MAX_CACHED_BYTES {
            *self = Self::new(self.signal);
        }
    }
}

fn add(
    connection: &Connection,
    signal: Signal,
    origin: &Origin,
    last_seq: i64,
) -> rusqlite::Result<Stored> {
    let mut statement = connection.prepare_cached(match signal {
        Signal::Traces => ADD,
        Signal::Logs => ADD_FOR_LOGS,
    })?;
    let values = params![
        &*origin.resource,
        origin.resource_schema_url,
        &*origin.scope,
        origin.scope_schema_url,
        damage::origin_checksum(origin),
        last_seq
    ];
    statement.query_row(values, |row| {
        Ok(Stored {
            id: row.get(0)?,
            last_seq: row.get(1)?,
            requests: 1,
        })
    })
}

/// Reads an origin. A missing or damaged one is empty, so that its spans are still readable.
pub(super) fn stored(connection: &Connection, id: i64) -> rusqlite::Result<Origin> {
    let mut statement = connection.prepare_cached(STORED)?;
    let origin = statement.query_row([id], |row| {
        let origin = Origin {
            resource: row.get::<_, Vec<u8>>(0)?.into(),
            resource_schema_url: row.get(1)?,
            scope: row.get::<_, Vec<u8>>(2)?.into(),
            scope_schema_url: row.get(3)?,
        };
        Ok((row.get::<_, u32>(4)? == damage::origin_checksum(&origin)).then_some(origin))
    });
    match origin.optional() {
        Err(error) if damage::is_row_damage(&error) => Ok(Origin::default()),
        found => Ok(found?.flatten().unwrap_or_default()),
    }
}

/// Reads and decodes an origin.
pub(super) fn stored_decoded(connection: &Connection, id: i64) -> rusqlite::Result<Shared> {
    let origin = stored(connection, id)?;
    Ok(decode(origin.resource, origin.scope))
}

/// Returns the most bytes that the origin adds to a request.
pub(super) fn encoded_bytes(connection: &Connection, id: i64) -> rusqlite::Result<usize> {
    let mut statement = connection.prepare_cached(ENCODED_BYTES)?;
    let bytes = statement.query_row([id], |row| row.get::<_, usize>(0));
    match bytes.optional() {
        Err(error) if damage::is_row_damage(&error) => Ok(0),
        found => Ok(found?.unwrap_or_default() + Origin::default().encoded_bytes()),
    }
}

/// Decodes a resource and a scope. An undecodable one is empty.
pub(super) fn decode(resource: Bytes, scope: Bytes) -> Shared {
    let resource = ProtoResource::decode(resource).unwrap_or_default();
    let scope = InstrumentationScope::decode(scope).unwrap_or_default();
    (
        Arc::new(from_otlp::resource(resource)),
        Arc::new(from_otlp::scope(scope)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::schema;

    fn origin(resource: &'static str) -> Origin {
        Origin {
            resource_schema_url: resource.to_owned(),
            ..Origin::default()
        }
    }

    /// Runs a transaction with one span, and returns the saved last use of its origin.
    fn use_once(
        connection: &Connection,
        origins: &mut Origins,
        name: &'static str,
        seq: i64,
    ) -> i64 {
        let id = origins.id(connection, origin(name), seq - 1).unwrap();
        origins.mark_used(connection, seq).unwrap();
        let sql = "SELECT last_seq FROM origin WHERE id = ?";
        connection.query_row(sql, [id], |row| row.get(0)).unwrap()
    }

    #[test]
    fn last_use_is_never_before_the_newest_span_and_rarely_written() {
        let connection = schema::in_memory().unwrap();
        let (mut origins, mut writes, mut last) = (Origins::default(), 0, 0);
        for seq in 1..=10_000 {
            let saved = use_once(&connection, &mut origins, "page", seq);
            assert!((seq..2 * seq).contains(&saved), "{saved} at {seq}");
            assert!(saved <= seq + MAX_SPANS_AHEAD);
            writes += i32::from(saved != last);
            last = saved;
        }
        assert!(writes < 20, "{writes}");
    }

    /// A later use by another process or after an emptied cache must not shorten it.
    #[test]
    fn last_use_that_is_ahead_stays() {
        let connection = schema::in_memory().unwrap();
        let mut origins = Origins::default();
        for seq in 1..=100 {
            use_once(&connection, &mut origins, "page", seq);
        }
        let ahead = use_once(&connection, &mut origins, "page", 101);
        let saved = use_once(&connection, &mut Origins::default(), "page", 102);
        assert!(ahead > 102 && saved == ahead, "{ahead}, then {saved}");
    }

    #[test]
    fn origin_that_was_used_once_is_not_kept_longer_than_its_span() {
        let connection = schema::in_memory().unwrap();
        let mut origins = Origins::default();
        for (seq, name) in (1..).zip(["page", "back end", "database"]) {
            assert_eq!(use_once(&connection, &mut origins, name, seq), seq);
        }
    }

    #[test]
    fn large_cache_is_emptied() {
        let connection = schema::in_memory().unwrap();
        let mut origins = Origins::default();
        let large = || Origin {
            resource: vec![0; MAX_CACHED_BYTES].into(),
            ..Origin::default()
        };
        let id = origins.id(&connection, large(), 0).unwrap();
        origins.limit_size();
        assert!(origins.stored.is_empty() && origins.bytes == 0);
        assert_eq!(origins.id(&connection, large(), 0).unwrap(), id);
    }
}
