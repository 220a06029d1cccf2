//! A stored trace: as OTLP for those who want it exactly, as values for those who look at its tree.

use std::collections::{BTreeSet, HashMap};

use bytes::Bytes;
use opentelemetry_proto::tonic::trace::v1::{Span as ProtoSpan, TracesData};
use prost::Message;
use rusqlite::{Connection, OptionalExtension, Row, Rows};
use trace_model::{Span, TraceId};

use super::{
    convert, damage,
    origins::{self, Origins, Shared},
    revision::Revision,
};
use crate::wire;

const NUMBER: &str = "SELECT number FROM trace WHERE id = ?";

/// The spans of a trace in the order of arrival, each with the number of its origin.
const OF_TRACE: &str =
    "SELECT origin, body, trace, span_id, crc FROM span WHERE trace = ? ORDER BY seq";

const IN_ANY_ORDER: &str = "SELECT origin, body, trace, span_id, crc FROM span WHERE trace = ?";

const SINCE: &str = "SELECT origin, body, trace, span_id, crc FROM span
    WHERE trace = ? AND +seq > ? ORDER BY seq";

/// A trace, or what it got since an earlier revision.
#[derive(Debug)]
pub(crate) struct StoredTrace {
    pub(crate) data: TracesData,
    pub(crate) revision: Revision,
    /// Only the spans that came since then are in `data`.
    pub(crate) is_new_only: bool,
}

/// How far the trace has come; none when it is unknown.
pub(super) fn revision(connection: &Connection, id: TraceId) -> rusqlite::Result<Option<Revision>> {
    let number = number(connection, id)?;
    let revision = number.map(|number| Revision::now(connection, number));
    revision.transpose()
}

fn number(connection: &Connection, id: TraceId) -> rusqlite::Result<Option<i64>> {
    let mut statement = connection.prepare_cached(NUMBER)?;
    statement
        .query_row([id.to_bytes()], |row| row.get(0))
        .optional()
}

/// The trace as it came, one `ResourceSpans` per origin, or the spans that it got since.
pub(super) fn otlp(
    connection: &Connection,
    id: TraceId,
    since: Option<Revision>,
) -> rusqlite::Result<Option<StoredTrace>> {
    // Spans and revision of one state of the store.
    let connection = connection.unchecked_transaction()?;
    let Some(number) = number(&connection, id)? else {
        return Ok(None);
    };
    let revision = Revision::now(&connection, number)?;
    let since = match since {
        Some(since) if since.is_kept(&connection, number)? => Some(since),
        _ => None,
    };
    let mut spans = Vec::new();
    let take = |span| {
        spans.push(span);
        Ok(())
    };
    match since {
        Some(since) => each_since(&connection, number, since, take)?,
        None => each(&connection, number, take)?,
    }
    if spans.is_empty() && since.is_none() {
        return Ok(None);
    }
    Ok(Some(StoredTrace {
        data: traces_data(&connection, spans)?,
        revision,
        is_new_only: since.is_some(),
    }))
}

fn traces_data(connection: &Connection, spans: Vec<(i64, Bytes)>) -> rusqlite::Result<TracesData> {
    let encoded = grouped(connection, spans)?.encode_to_vec();
    TracesData::decode(&*encoded).map_err(damage::undecodable)
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
    take: impl FnMut((i64, Bytes)) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(OF_TRACE)?;
    take_all(statement.query([trace])?, take)
}

fn each_since(
    connection: &Connection,
    trace: i64,
    since: Revision,
    take: impl FnMut((i64, Bytes)) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(SINCE)?;
    take_all(statement.query([trace, since.last_seq])?, take)
}

fn take_all(
    mut rows: Rows<'_>,
    mut take: impl FnMut((i64, Bytes)) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
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
