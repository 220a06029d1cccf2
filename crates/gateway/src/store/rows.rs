//! A trace's row: what the list shows of it, kept up to date as the trace grows.

use rusqlite::{Connection, OptionalExtension, named_params, params};
use trace_model::{Trace, TraceId, TraceSummary};

use super::{damage, search, signature::Signature, spans};

const TRACE: &str = "INSERT INTO trace
        (id, received, start, duration, service, services, name, span_count, error_count,
            w0, w1, w2, w3, w4, w5, w6, w7, search, summary)
    VALUES (:id, :received, :start, :duration, :service, :services, :name, :span_count,
            :error_count, :w0, :w1, :w2, :w3, :w4, :w5, :w6, :w7, :search, :summary)
    ON CONFLICT (id) DO UPDATE SET
        received = excluded.received, start = excluded.start, duration = excluded.duration,
        service = excluded.service, services = excluded.services, name = excluded.name,
        span_count = excluded.span_count, error_count = excluded.error_count,
        w0 = excluded.w0, w1 = excluded.w1, w2 = excluded.w2, w3 = excluded.w3,
        w4 = excluded.w4, w5 = excluded.w5, w6 = excluded.w6, w7 = excluded.w7,
        search = excluded.search, summary = excluded.summary";

const COUNT: &str = "UPDATE trace SET span_count = span_count + ?, received = ? WHERE id = ?";

/// Rows that [`count`] changed and [`sum_up`] did not get to. The index of large traces finds them.
const BEHIND: &str = "SELECT id, received FROM trace
    WHERE span_count >= 2000 AND span_count <> json_extract(summary, '$.span_count')";

/// A trace of so many spans is summed up once a second, and not with each request.
pub(super) const LARGE: u64 = 2000;

/// Zero for a trace that is not there.
pub(super) fn span_count(connection: &Connection, id: TraceId) -> rusqlite::Result<u64> {
    let mut statement = connection.prepare_cached("SELECT span_count FROM trace WHERE id = ?")?;
    let count = statement.query_row([id.to_bytes()], |row| row.get(0));
    Ok(count.optional()?.unwrap_or_default())
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

/// Writes the row anew from all of the trace's spans.
pub(super) fn sum_up(
    connection: &Connection,
    id: TraceId,
    received: i64,
) -> rusqlite::Result<TraceSummary> {
    let spans = spans::values(connection, id)?;
    let search = search::text(id, &spans);
    let summary = Trace::from_spans(id, spans).summary();
    write(connection, &summary, &search, received)?;
    Ok(summary)
}

/// Counts more spans without looking at them.
pub(super) fn count(
    connection: &Connection,
    id: TraceId,
    added: u64,
    received: i64,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(COUNT)?;
    statement.execute(params![added, received, id.to_bytes()])?;
    Ok(())
}

/// Sums up the large traces that grew.
pub(super) fn catch_up(connection: &Connection) -> rusqlite::Result<Vec<TraceSummary>> {
    let mut statement = connection.prepare_cached(BEHIND)?;
    let rows = statement.query_map([], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get(1)?)))?;
    let mut summaries = Vec::new();
    for (id, received) in rows.collect::<rusqlite::Result<Vec<_>>>()? {
        if let Ok(id) = TraceId::try_from(&*id) {
            summaries.push(sum_up(connection, id, received)?);
        }
    }
    Ok(summaries)
}

fn write(
    connection: &Connection,
    summary: &TraceSummary,
    search: &str,
    received: i64,
) -> rusqlite::Result<()> {
    let mut signature = Signature::of_text(search);
    for service in &summary.services {
        signature = signature.with_service(service);
    }
    let w = signature.0;
    let mut statement = connection.prepare_cached(TRACE)?;
    statement.execute(named_params! {
        ":id": summary.trace_id.to_bytes(),
        ":received": received,
        ":start": signed(summary.start_unix_nano),
        ":duration": signed(summary.duration_nano),
        ":service": summary.service,
        ":services": json(&summary.services),
        ":name": summary.name,
        ":span_count": summary.span_count,
        ":error_count": summary.error_count,
        ":w0": w[0], ":w1": w[1], ":w2": w[2], ":w3": w[3],
        ":w4": w[4], ":w5": w[5], ":w6": w[6], ":w7": w[7],
        ":search": search,
        ":summary": json(summary),
    })?;
    Ok(())
}

/// Times beyond 63 bits are rejected before they get here.
fn signed(nanos: u64) -> i64 {
    i64::try_from(nanos).unwrap_or(i64::MAX)
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
