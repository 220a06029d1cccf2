//! A trace's row: what the list shows of it, kept up to date as the trace grows.

use rusqlite::{Connection, OptionalExtension, named_params, params};
use trace_model::{Span, Trace, TraceId, TraceSummary};

use super::{damage, origins::Origins, search, signature, spans};

const TRACE: &str = "INSERT INTO trace
        (number, id, received, start, duration, service, services, name, span_count, error_count,
            bytes, behind, words, search, summary)
    VALUES (:number, :id, :received, :start, :duration, :service, :services, :name, :span_count,
            :error_count, :bytes, 0, :words, :search, :summary)
    ON CONFLICT (number) DO UPDATE SET
        received = excluded.received, start = excluded.start, duration = excluded.duration,
        service = excluded.service, services = excluded.services, name = excluded.name,
        span_count = excluded.span_count, error_count = excluded.error_count,
        bytes = excluded.bytes, behind = 0, words = excluded.words,
        search = excluded.search, summary = excluded.summary";

const COUNT: &str = "UPDATE trace
    SET span_count = span_count + ?, bytes = bytes + ?, received = ?, behind = 1
    WHERE number = ?";

const BEHIND: &str = "SELECT number, id, received FROM trace
    WHERE behind AND number > ? ORDER BY number LIMIT 1";

/// What is written beside what the spans say.
pub(super) struct Row {
    pub(super) number: i64,
    /// When the latest span came.
    pub(super) received: i64,
    /// Of all spans' bodies.
    pub(super) bytes: u64,
}

/// As it was last summed up.
pub(super) fn summary(
    connection: &Connection,
    id: TraceId,
) -> rusqlite::Result<Option<TraceSummary>> {
    let mut statement = connection.prepare_cached("SELECT summary FROM trace WHERE id = ?")?;
    let json: Option<String> = statement
        .query_row([id.to_bytes()], |row| row.get(0))
        .optional()?;
    let parse = |json: String| serde_json::from_str(&json).map_err(damage::undecodable);
    json.map(parse).transpose()
}

/// How much a trace grew.
pub(super) struct Growth {
    pub(super) spans: u64,
    pub(super) bytes: u64,
    pub(super) received: i64,
}

/// Counts more spans without looking at them.
pub(super) fn count(connection: &Connection, number: i64, growth: Growth) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(COUNT)?;
    let Growth {
        spans,
        bytes,
        received,
    } = growth;
    statement.execute(params![spans, bytes, received, number])?;
    Ok(())
}

/// Sums up the next trace after `number` whose spans were only counted, if there is one.
pub(super) fn catch_up(
    connection: &Connection,
    number: i64,
    origins: &mut Origins,
) -> rusqlite::Result<Option<(i64, TraceSummary)>> {
    let mut statement = connection.prepare_cached(BEHIND)?;
    let behind = statement.query_row([number], |row| {
        Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?, row.get(2)?))
    });
    let Some((number, id, received)) = behind.optional()? else {
        return Ok(None);
    };
    let id = TraceId::try_from(&*id).map_err(damage::undecodable)?;
    let (spans, bytes) = spans::values(connection, number, origins)?;
    let row = Row {
        number,
        received,
        bytes,
    };
    let summary = write(connection, id, spans, row)?;
    Ok(Some((number, summary)))
}

/// Writes the row anew from all of the trace's spans.
pub(super) fn write(
    connection: &Connection,
    id: TraceId,
    spans: Vec<Span>,
    row: Row,
) -> rusqlite::Result<TraceSummary> {
    let search = search::text(id, &spans);
    let summary = Trace::from_spans(id, spans).summary();
    let mut statement = connection.prepare_cached(TRACE)?;
    statement.execute(named_params! {
        ":number": row.number,
        ":id": id.to_bytes(),
        ":received": row.received,
        ":start": signed(summary.start_unix_nano),
        ":duration": signed(summary.duration_nano),
        ":service": summary.service,
        ":services": json(&summary.services),
        ":name": summary.name,
        ":span_count": summary.span_count,
        ":error_count": summary.error_count,
        ":bytes": row.bytes,
        ":words": signature::of(&search, &summary.services),
        ":search": search,
        ":summary": json(&summary),
    })?;
    Ok(summary)
}

/// Times beyond 63 bits are rejected before they get here.
fn signed(nanos: u64) -> i64 {
    i64::try_from(nanos).unwrap_or(i64::MAX)
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
