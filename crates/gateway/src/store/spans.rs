//! A stored trace: as OTLP for those who want it exactly, as values for those who look at its tree.

use std::collections::{BTreeSet, HashMap};

use bytes::Bytes;
use opentelemetry_proto::tonic::trace::v1::{Span as ProtoSpan, TracesData};
use prost::Message;
use rusqlite::{Connection, OptionalExtension, Row};
use trace_model::{Span, TraceId};

use super::{
    convert, damage,
    origins::{self, Origins, Shared},
};
use crate::wire;

const NUMBER: &str = "SELECT number FROM trace WHERE id = ?";

/// The spans of a trace in the order of arrival, each with the number of its origin.
const OF_TRACE: &str =
    "SELECT origin, body, trace, span_id, crc FROM span WHERE trace = ? ORDER BY seq";

const IN_ANY_ORDER: &str = "SELECT origin, body, trace, span_id, crc FROM span WHERE trace = ?";

/// The trace as it came, one `ResourceSpans` per origin.
pub(super) fn otlp(connection: &Connection, id: TraceId) -> rusqlite::Result<Option<TracesData>> {
    let mut statement = connection.prepare_cached(NUMBER)?;
    let number = statement.query_row([id.to_bytes()], |row| row.get(0));
    let Some(number) = number.optional()? else {
        return Ok(None);
    };
    let mut spans = Vec::new();
    each(connection, number, |span| {
        spans.push(span);
        Ok(())
    })?;
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
        .map(|(id, bodies)| Ok((origins::stored(connection, id)?, bodies)))
        .collect();
    Ok(wire::request(groups?))
}

/// A trace's spans as values.
#[derive(Default)]
pub(super) struct Values {
    pub(super) spans: Vec<Span>,
    /// Of the bodies.
    pub(super) bytes: u64,
    pub(super) origins: BTreeSet<i64>,
}

impl Values {
    pub(super) fn add(
        &mut self,
        connection: &Connection,
        (origin, body): (i64, Bytes),
        origins: &mut Origins,
    ) -> rusqlite::Result<()> {
        self.bytes += body.len() as u64;
        self.origins.insert(origin);
        self.spans
            .push(value(body, &origins.values(connection, origin)?)?);
        Ok(())
    }
}

/// The spans of the trace with this number.
pub(super) fn values(
    connection: &Connection,
    trace: i64,
    origins: &mut Origins,
) -> rusqlite::Result<Values> {
    let mut values = Values::default();
    each(connection, trace, |span| {
        values.add(connection, span, origins)
    })?;
    Ok(values)
}

/// Reads the trace's spans in any order for as long as `look` asks for more.
pub(super) fn while_needed(
    connection: &Connection,
    trace: i64,
    origins: &mut Origins,
    mut look: impl FnMut(Span) -> bool,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(IN_ANY_ORDER)?;
    let mut rows = statement.query([trace])?;
    while let Some(row) = rows.next()? {
        if let Some((origin, body)) = span_row(row)?
            && !look(value(body, &origins.values(connection, origin)?)?)
        {
            return Ok(());
        }
    }
    Ok(())
}

pub(super) fn value(body: Bytes, (resource, scope): &Shared) -> rusqlite::Result<Span> {
    let span = ProtoSpan::decode(body).map_err(damage::undecodable)?;
    convert::span(span, resource, scope).map_err(damage::undecodable)
}

/// Each intact span: its origin and its body.
fn each(
    connection: &Connection,
    trace: i64,
    mut take: impl FnMut((i64, Bytes)) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(OF_TRACE)?;
    let mut rows = statement.query([trace])?;
    while let Some(row) = rows.next()? {
        if let Some(span) = span_row(row)? {
            take(span)?;
        }
    }
    Ok(())
}

/// Columns: origin, body, trace, span id, checksum. None when they do not belong together.
pub(super) fn span_row(row: &Row<'_>) -> rusqlite::Result<Option<(i64, Bytes)>> {
    let blob = |column| row.get_ref(column)?.as_blob().map_err(damage::undecodable);
    let (body, span_id) = (blob(1)?, blob(3)?);
    let intact = row.get::<_, u32>(4)? == damage::checksum(row.get(2)?, span_id, body);
    let span = (row.get(0)?, Bytes::copy_from_slice(body));
    Ok(intact.then_some(span))
}
