//! What many spans share, stored once: the resource and the scope they came from.

use std::{collections::HashMap, sync::Arc};

use bytes::Bytes;
use opentelemetry_proto::tonic::{
    common::v1::InstrumentationScope, resource::v1::Resource as ProtoResource,
};
use prost::Message;
use rusqlite::{Connection, OptionalExtension, params};
use trace_model::{Resource, Scope};

use super::{convert, damage};
use crate::wire::Origin;

const STORED: &str =
    "SELECT resource, resource_schema_url, scope, scope_schema_url, crc FROM origin WHERE id = ?";

const BYTES: &str = "SELECT length(resource) + octet_length(resource_schema_url)
        + length(scope) + octet_length(scope_schema_url)
    FROM origin WHERE id = ?";

/// Tags and lengths around the four parts, and around them all.
const ENVELOPE_BYTES: usize = 40;

const ADD: &str = "INSERT INTO origin
        (resource, resource_schema_url, scope, scope_schema_url, crc, last_seq)
    VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET last_seq = excluded.last_seq
    RETURNING id";

const USED: &str = "UPDATE origin SET last_seq = ? WHERE id = ?";

/// Resource and scope as values.
pub(super) type Shared = (Arc<Resource>, Arc<Scope>);

/// The origins of one transaction.
#[derive(Default)]
pub(super) struct Origins {
    ids: HashMap<Origin, i64>,
    values: HashMap<i64, Shared>,
}

impl Origins {
    /// The origin's number; it is stored when it is new.
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
        self.values.insert(id, shared(resource, scope));
        self.ids.insert(origin, id);
        Ok(id)
    }

    /// Of an origin that was given a number here, or is stored.
    pub(super) fn values(&mut self, connection: &Connection, id: i64) -> rusqlite::Result<Shared> {
        if let Some(known) = self.values.get(&id) {
            return Ok(known.clone());
        }
        let values = stored_values(connection, id)?;
        self.values.insert(id, values.clone());
        Ok(values)
    }

    /// An origin may go when all spans up to its last use are gone.
    pub(super) fn mark_used(&self, connection: &Connection, last_seq: i64) -> rusqlite::Result<()> {
        let mut statement = connection.prepare_cached(USED)?;
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

/// As it came. One that is gone or damaged is empty: its spans are worth more than it.
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
        Err(error) if damage::is_of_row(&error) => Ok(Origin::default()),
        found => Ok(found?.flatten().unwrap_or_default()),
    }
}

/// Resource and scope as values.
pub(super) fn stored_values(connection: &Connection, id: i64) -> rusqlite::Result<Shared> {
    let origin = stored(connection, id)?;
    Ok(shared(origin.resource, origin.scope))
}

/// How much it adds to a request, at most.
pub(super) fn encoded_bytes(connection: &Connection, id: i64) -> rusqlite::Result<usize> {
    let mut statement = connection.prepare_cached(BYTES)?;
    let bytes = statement.query_row([id], |row| row.get::<_, usize>(0));
    match bytes.optional() {
        Err(error) if damage::is_of_row(&error) => Ok(0),
        found => Ok(found?.unwrap_or_default() + ENVELOPE_BYTES),
    }
}

/// What cannot be read is empty.
pub(super) fn shared(resource: Bytes, scope: Bytes) -> Shared {
    let resource = ProtoResource::decode(resource).unwrap_or_default();
    let scope = InstrumentationScope::decode(scope).unwrap_or_default();
    (
        Arc::new(convert::resource(resource)),
        Arc::new(convert::scope(scope)),
    )
}
