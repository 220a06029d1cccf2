//! The resource and the scope that many spans share, stored once as an origin.

use std::{collections::HashMap, sync::Arc};

use bytes::Bytes;
use opentelemetry_proto::tonic::{
    common::v1::InstrumentationScope, resource::v1::Resource as ProtoResource,
};
use prost::Message;
use rusqlite::{Connection, OptionalExtension, params};
use trace_model::{Resource, Scope};

use super::{damage, from_otlp};
use crate::wire::Origin;

const STORED: &str =
    "SELECT resource, resource_schema_url, scope, scope_schema_url, crc FROM origin WHERE id = ?";

const ENCODED_BYTES: &str = "SELECT length(resource) + octet_length(resource_schema_url)
        + length(scope) + octet_length(scope_schema_url)
    FROM origin WHERE id = ?";

/// The tags and lengths of the four parts and of the messages around them.
const ENVELOPE_BYTES: usize = 40;

const ADD: &str = "INSERT INTO origin
        (resource, resource_schema_url, scope, scope_schema_url, crc, last_seq)
    VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET last_seq = excluded.last_seq
    RETURNING id";

const MARK_USED: &str = "UPDATE origin SET last_seq = ? WHERE id = ?";

/// A decoded resource and scope.
pub(super) type Shared = (Arc<Resource>, Arc<Scope>);

/// A cache of the origins of one transaction.
#[derive(Default)]
pub(super) struct Origins {
    ids: HashMap<Origin, i64>,
    decoded: HashMap<i64, Shared>,
}

impl Origins {
    /// Returns the origin's number. Stores the origin if it is new.
    pub(super) fn id(
        &mut self,
        connection: &Connection,
        origin: Origin,
        last_seq: i64,
    ) -> rusqlite::Result<i64> {
        if let Some(id) = self.ids.get(&origin) {
            return Ok(*id);
        }
        let id = add(connection, &origin, last_seq)?;
        let (resource, scope) = (origin.resource.clone(), origin.scope.clone());
        self.decoded.insert(id, decode(resource, scope));
        self.ids.insert(origin, id);
        Ok(id)
    }

    /// Returns the decoded origin with this number.
    pub(super) fn decoded(&mut self, connection: &Connection, id: i64) -> rusqlite::Result<Shared> {
        if let Some(decoded) = self.decoded.get(&id) {
            return Ok(decoded.clone());
        }
        let decoded = stored_decoded(connection, id)?;
        self.decoded.insert(id, decoded.clone());
        Ok(decoded)
    }

    /// Sets the last use of all origins. An origin is deleted after the last span up to its last
    /// use.
    pub(super) fn mark_used(&self, connection: &Connection, last_seq: i64) -> rusqlite::Result<()> {
        let mut statement = connection.prepare_cached(MARK_USED)?;
        for id in self.ids.values() {
            statement.execute([last_seq, *id])?;
        }
        Ok(())
    }
}

fn add(connection: &Connection, origin: &Origin, last_seq: i64) -> rusqlite::Result<i64> {
    let mut statement = connection.prepare_cached(ADD)?;
    let values = params![
        &*origin.resource,
        origin.resource_schema_url,
        &*origin.scope,
        origin.scope_schema_url,
        damage::origin_checksum(origin),
        last_seq
    ];
    statement.query_row(values, |row| row.get(0))
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
        found => Ok(found?.unwrap_or_default() + ENVELOPE_BYTES),
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
