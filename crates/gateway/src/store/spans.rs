//! The spans of a stored trace, as OTLP or decoded.

use std::collections::{BTreeSet, HashMap};

use bytes::Bytes;
use opentelemetry_proto::tonic::trace::v1::{Span as ProtoSpan, TracesData};
use prost::Message;
use rusqlite::{Connection, OptionalExtension, Row, Rows};
use trace_model::{Span, TraceId};

use super::{
    damage, from_otlp,
    origins::{self, Origins, Shared},
    revision::Revision,
};
use crate::wire;

const NUMBER: &str = "SELECT number FROM trace WHERE id = ?";

const IN_ORDER: &str =
    "SELECT origin, body, trace, span_id, crc FROM span WHERE trace = ? ORDER BY seq";

const UNSORTED: &str = "SELECT origin, body, trace, span_id, crc, seq FROM span WHERE trace = ?";

const SINCE: &str = "SELECT origin, body, trace, span_id, crc FROM span
    WHERE trace = ? AND +seq > ? ORDER BY seq";

/// A trace, or the spans that were added since an earlier revision.
#[derive(Debug)]
pub(crate) struct StoredTrace {
    pub(crate) data: TracesData,
    pub(crate) revision: Revision,
    /// `data` has only the spans that were added since the earlier revision.
    pub(crate) is_new_only: bool,
}

/// Returns the trace's current revision. `None` if the trace is unknown.
pub(super) fn revision(connection: &Connection, id: TraceId) -> rusqlite::Result<Option<Revision>> {
    let number = number(connection, id)?;
    let revision = number.map(|number| Revision::current(connection, number));
    revision.transpose()
}

fn number(connection: &Connection, id: TraceId) -> rusqlite::Result<Option<i64>> {
    let mut statement = connection.prepare_cached(NUMBER)?;
    statement
        .query_row([id.to_bytes()], |row| row.get(0))
        .optional()
}

/// Returns the trace as OTLP, one `ResourceSpans` per origin. With `since`, returns only the
/// spans that were added after that revision, if all spans of that revision are still stored.
pub(super) fn otlp(
    connection: &Connection,
    id: TraceId,
    since: Option<Revision>,
) -> rusqlite::Result<Option<StoredTrace>> {
    // Spans and revision must be of one state of the store.
    let connection = connection.unchecked_transaction()?;
    let Some(number) = number(&connection, id)? else {
        return Ok(None);
    };
    let revision = Revision::current(&connection, number)?;
    let since = match since {
        Some(since) if since.is_complete(&connection, number)? => Some(since),
        _ => None,
    };
    let mut spans = Vec::new();
    let push = |span| {
        spans.push(span);
        Ok(())
    };
    match since {
        Some(since) => for_each_since(&connection, number, since, push)?,
        None => for_each(&connection, number, push)?,
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

/// Groups spans by origin, in the order in which the origins appear.
pub(super) fn grouped(
    connection: &Connection,
    spans: impl IntoIterator<Item = (i64, Bytes)>,
) -> rusqlite::Result<wire::Request> {
    let mut groups: Vec<(i64, Vec<Bytes>)> = Vec::new();
    let mut indexes = HashMap::new();
    for (origin, body) in spans {
        let index = *indexes.entry(origin).or_insert(groups.len());
        if index == groups.len() {
            groups.push((origin, Vec::new()));
        }
        groups[index].1.push(body);
    }
    let groups = groups.into_iter();
    let groups: rusqlite::Result<Vec<_>> = groups
        .map(|(id, bodies)| Ok((origins::stored(connection, id)?, bodies)))
        .collect();
    Ok(wire::request(groups?))
}

/// The decoded spans of a trace.
#[derive(Default)]
pub(super) struct TraceSpans {
    pub(super) spans: Vec<Span>,
    /// The size of the spans' bodies.
    pub(super) bytes: u64,
    pub(super) origins: BTreeSet<i64>,
}

impl TraceSpans {
    /// Decodes spans, each given by its origin and its body.
    pub(super) fn decode(
        connection: &Connection,
        spans: Vec<(i64, Bytes)>,
        origins: &mut Origins,
    ) -> rusqlite::Result<Self> {
        let mut decoded = Self::default();
        for span in spans {
            decoded.add(connection, span, origins)?;
        }
        Ok(decoded)
    }

    fn add(
        &mut self,
        connection: &Connection,
        (origin, body): (i64, Bytes),
        origins: &mut Origins,
    ) -> rusqlite::Result<()> {
        self.bytes += body.len() as u64;
        self.origins.insert(origin);
        self.spans
            .push(decode(body, &origins.decoded(connection, origin)?)?);
        Ok(())
    }
}

/// Reads and decodes the spans of the trace with this number.
pub(super) fn of_trace(
    connection: &Connection,
    trace: i64,
    origins: &mut Origins,
) -> rusqlite::Result<TraceSpans> {
    // SQLite would copy the bodies to sort the rows.
    let mut spans = Vec::new();
    let mut statement = connection.prepare_cached(UNSORTED)?;
    let mut rows = statement.query([trace])?;
    while let Some(row) = rows.next()? {
        if let Some(span) = intact(row)? {
            spans.push((row.get::<_, i64>(5)?, span));
        }
    }
    spans.sort_unstable_by_key(|(seq, _)| *seq);
    let spans = spans.into_iter().map(|(_, span)| span).collect();
    TraceSpans::decode(connection, spans, origins)
}

/// Decodes the trace's spans in any order until `visit` returns false.
pub(super) fn visit_while(
    connection: &Connection,
    trace: i64,
    origins: &mut Origins,
    mut visit: impl FnMut(Span) -> bool,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(UNSORTED)?;
    let mut rows = statement.query([trace])?;
    while let Some(row) = rows.next()? {
        if let Some((origin, body)) = intact(row)?
            && !visit(decode(body, &origins.decoded(connection, origin)?)?)
        {
            return Ok(());
        }
    }
    Ok(())
}

/// Decodes a span. Only damage makes a stored span undecodable.
pub(super) fn decode(body: Bytes, (resource, scope): &Shared) -> rusqlite::Result<Span> {
    let span = ProtoSpan::decode(body).map_err(damage::undecodable)?;
    from_otlp::span(span, resource, scope).map_err(damage::undecodable)
}

/// Calls `visit` with the origin and the body of each intact span.
fn for_each(
    connection: &Connection,
    trace: i64,
    visit: impl FnMut((i64, Bytes)) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(IN_ORDER)?;
    visit_rows(statement.query([trace])?, visit)
}

fn for_each_since(
    connection: &Connection,
    trace: i64,
    since: Revision,
    visit: impl FnMut((i64, Bytes)) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(SINCE)?;
    visit_rows(statement.query([trace, since.last_seq])?, visit)
}

fn visit_rows(
    mut rows: Rows<'_>,
    mut visit: impl FnMut((i64, Bytes)) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    while let Some(row) = rows.next()? {
        if let Some(span) = intact(row)? {
            visit(span)?;
        }
    }
    Ok(())
}

/// Returns a row's origin and body, or `None` if the checksum does not match. The columns are
/// origin, body, trace, span id and checksum.
pub(super) fn intact(row: &Row<'_>) -> rusqlite::Result<Option<(i64, Bytes)>> {
    let blob = |column| row.get_ref(column)?.as_blob().map_err(damage::undecodable);
    let (body, span_id) = (blob(1)?, blob(3)?);
    let is_intact = row.get::<_, u32>(4)? == damage::checksum(row.get(2)?, span_id, body);
    let span = (row.get(0)?, Bytes::copy_from_slice(body));
    Ok(is_intact.then_some(span))
}
