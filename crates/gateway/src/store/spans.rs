//! A stored trace: as OTLP for those who want it exactly, as values for those who look at its tree.

use std::{collections::HashMap, sync::Arc};

use bytes::Bytes;
use opentelemetry_proto::tonic::{
    common::v1::InstrumentationScope,
    resource::v1::Resource as ProtoResource,
    trace::v1::{Span as ProtoSpan, TracesData},
};
use prost::Message;
use rusqlite::{Connection, OptionalExtension, Row};
use trace_model::{Resource, Scope, Span, TraceId};

use super::{convert, damage};
use crate::wire::{self, Origin};

/// The spans of a trace in the order of arrival, each with the number of its origin.
const OF_TRACE: &str =
    "SELECT origin, body, trace_id, span_id, crc FROM span WHERE trace_id = ? ORDER BY seq";

const ORIGIN: &str =
    "SELECT resource, resource_schema_url, scope, scope_schema_url FROM origin WHERE id = ?";

/// The trace as it came, one `ResourceSpans` per origin.
pub(super) fn otlp(connection: &Connection, id: TraceId) -> rusqlite::Result<Option<TracesData>> {
    let spans = rows(connection, id)?;
    if spans.is_empty() {
        return Ok(None);
    }
    let encoded = grouped(connection, spans)?.encode_to_vec();
    TracesData::decode(&*encoded)
        .map(Some)
        .map_err(damage::undecodable)
}

/// Puts spans that share an origin together, in the order in which origins appear.
pub(super) fn grouped(
    connection: &Connection,
    spans: impl IntoIterator<Item = (i64, Bytes)>,
) -> rusqlite::Result<wire::Request> {
    let mut groups: Vec<(i64, Vec<Bytes>)> = Vec::new();
    let mut places = HashMap::new();
    for (origin, body) in spans {
        let place = *places.entry(origin).or_insert(groups.len());
        if place == groups.len() {
            groups.push((origin, Vec::new()));
        }
        groups[place].1.push(body);
    }
    let groups = groups.into_iter();
    let groups: rusqlite::Result<Vec<_>> = groups
        .map(|(id, bodies)| Ok((origin(connection, id)?, bodies)))
        .collect();
    Ok(wire::request(groups?))
}

/// The trace's spans as values.
pub(super) fn values(connection: &Connection, id: TraceId) -> rusqlite::Result<Vec<Span>> {
    let mut origins = HashMap::new();
    let mut spans = Vec::new();
    for (number, body) in rows(connection, id)? {
        let (resource, scope) = match origins.entry(number) {
            std::collections::hash_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::hash_map::Entry::Vacant(entry) => {
                entry.insert(origin_values(connection, number)?)
            }
        };
        let span = ProtoSpan::decode(body).map_err(damage::undecodable)?;
        spans.push(convert::span(span, resource, scope).map_err(damage::undecodable)?);
    }
    Ok(spans)
}

fn rows(connection: &Connection, id: TraceId) -> rusqlite::Result<Vec<(i64, Bytes)>> {
    let mut statement = connection.prepare_cached(OF_TRACE)?;
    let mut rows = statement.query([id.to_bytes()])?;
    let mut spans = Vec::new();
    while let Some(row) = rows.next()? {
        spans.extend(span_row(row)?);
    }
    Ok(spans)
}

/// Columns: origin, body, both ids, checksum. None when they do not belong together.
pub(super) fn span_row(row: &Row<'_>) -> rusqlite::Result<Option<(i64, Bytes)>> {
    let blob = |column| row.get_ref(column)?.as_blob().map_err(damage::undecodable);
    let (body, trace_id, span_id) = (blob(1)?, blob(2)?, blob(3)?);
    let intact = row.get::<_, u32>(4)? == damage::checksum(trace_id, span_id, body);
    let span = (row.get(0)?, Bytes::copy_from_slice(body));
    Ok(intact.then_some(span))
}

fn origin(connection: &Connection, id: i64) -> rusqlite::Result<Origin> {
    let mut statement = connection.prepare_cached(ORIGIN)?;
    let origin = statement.query_row([id], |row| {
        Ok(Origin {
            resource: row.get::<_, Vec<u8>>(0)?.into(),
            resource_schema_url: row.get(1)?,
            scope: row.get::<_, Vec<u8>>(2)?.into(),
            scope_schema_url: row.get(3)?,
        })
    });
    match origin.optional() {
        // A resource that cannot be read costs its attributes, not its spans.
        Err(error) if damage::is_of_row(&error) => Ok(Origin::default()),
        found => Ok(found?.unwrap_or_default()),
    }
}

fn origin_values(
    connection: &Connection,
    id: i64,
) -> rusqlite::Result<(Arc<Resource>, Arc<Scope>)> {
    let origin = origin(connection, id)?;
    let resource = ProtoResource::decode(origin.resource).map_err(damage::undecodable)?;
    let scope = InstrumentationScope::decode(origin.scope).map_err(damage::undecodable)?;
    Ok((
        Arc::new(convert::resource(resource)),
        Arc::new(convert::scope(scope)),
    ))
}
