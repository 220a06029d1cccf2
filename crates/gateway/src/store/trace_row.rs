//! A trace's row in the `trace` table: its list entry and the columns that searches read.

use rusqlite::{Connection, OptionalExtension, named_params, params};
use trace_model::{Span, Trace, TraceId, TraceSummary};

use super::{
    damage,
    facts::{self, Position, StoredFacts},
    filter, listed_start,
    origins::Origins,
    search::{self, Searched},
    spans::{self, TraceSpans},
};
use crate::{clock, decode::MAX_NAME_BYTES};

/// The size limit of a trace's name in its summary, in bytes.
const MAX_SUMMARY_NAME_BYTES: usize = 1_024;

/// The size limit of a service's name in a summary, in bytes.
const MAX_SERVICE_BYTES: usize = 256;

/// Services in a summary. The `services` column has all of them.
const MAX_SUMMARY_SERVICES: usize = 50;

const COUNT: &str = "UPDATE trace
    SET span_count = span_count + ?, bytes = bytes + ?, stale_updates = stale_updates + 1
    WHERE number = ?";

/// Separate from `COUNT`, because it moves the row in an index.
const SET_RECEIVED: &str = "UPDATE trace SET received = ? WHERE number = ?";

const STORED_START: &str = "SELECT start FROM trace WHERE number = ? AND id = ?";

const NEXT_STALE: &str = "SELECT number, id, stale_updates, start FROM trace
    WHERE stale_updates AND number > ? ORDER BY number LIMIT 1";

const AT_OR_BEFORE: &str = "SELECT number, id, stale_updates, start FROM trace
    WHERE number <= ? ORDER BY number DESC LIMIT 1";

/// Returns a trace's stored summary, which may be stale.
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

/// Spans that were added to a trace.
pub(super) struct Delta {
    pub(super) spans: u64,
    pub(super) bytes: u64,
    /// In the time of [`AgingClock`](super::aging::AgingClock). `None` if the stored time is recent
    /// enough.
    pub(super) received: Option<i64>,
}

/// Counts added spans without reading them. The summary is stale afterwards.
pub(super) fn count(connection: &Connection, number: i64, delta: Delta) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(COUNT)?;
    let Delta {
        spans,
        bytes,
        received,
    } = delta;
    statement.execute(params![spans, bytes, number])?;
    if let Some(received) = received {
        let mut statement = connection.prepare_cached(SET_RECEIVED)?;
        statement.execute(params![received, number])?;
    }
    Ok(())
}

/// A trace whose summary is stale.
#[derive(Debug)]
pub(super) struct Stale {
    pub(super) number: i64,
    id: TraceId,
    /// Updates that the summary does not include.
    updates: i64,
    listed_start: i64,
}

/// Returns the first trace after `number` whose summary is stale.
pub(super) fn next_stale(connection: &Connection, number: i64) -> rusqlite::Result<Option<Stale>> {
    one(connection, NEXT_STALE, number)
}

fn one(connection: &Connection, sql: &str, number: i64) -> rusqlite::Result<Option<Stale>> {
    let mut statement = connection.prepare_cached(sql)?;
    let stale = statement.query_row([number], |row| {
        let id = TraceId::try_from(&*row.get::<_, Vec<u8>>(1)?).map_err(damage::undecodable)?;
        Ok(Stale {
            number: row.get(0)?,
            id,
            updates: row.get(2)?,
            listed_start: row.get(3)?,
        })
    });
    stale.optional()
}

/// Returns the newest trace up to `number`, for the backfill of rows in `root`.
pub(super) fn at_or_before(
    connection: &Connection,
    number: i64,
) -> rusqlite::Result<Option<Stale>> {
    one(connection, AT_OR_BEFORE, number)
}

/// The columns that are computed from a trace's spans.
#[derive(Debug)]
pub(super) struct Columns {
    id: TraceId,
    summary: TraceSummary,
    facts: StoredFacts,
    listed_start: i64,
    /// The whole name.
    name: String,
    /// All services.
    services: Vec<String>,
    /// The size of all spans' bodies.
    bytes: u64,
    origins: Vec<u8>,
    searched: Searched,
}

/// Columns that are not computed from spans, for a row that is written anew.
pub(super) struct RowKey {
    pub(super) number: i64,
    /// The client that sent the trace's first span. An existing row keeps its client.
    pub(super) client: i64,
    /// When the latest span arrived, in the time of [`AgingClock`](super::aging::AgingClock).
    pub(super) received: i64,
    /// The start by which the trace is listed, if it is.
    pub(super) stored_start: Option<i64>,
}

impl Columns {
    /// Summarizes a trace at the system's time `now`. `listed_start` is the stored one, if any.
    pub(super) fn summarize(
        id: TraceId,
        values: TraceSpans,
        now: i64,
        listed_start: Option<i64>,
    ) -> Self {
        let spans = values.spans;
        let services = spans.iter().map(Span::service).collect();
        let searched = search::of(id, &spans, &services);
        let trace = Trace::from_spans(id, spans);
        let mut summary = trace.summary();
        let facts = StoredFacts::of(&trace);
        let name = summary.name.clone();
        let mut services = summary.services.clone();
        for service in &mut services {
            shorten(service, MAX_NAME_BYTES);
        }
        shorten_summary(&mut summary);
        let start = signed(summary.start_unix_nano);
        let listed_start = listed_start::listed_start(start, now, listed_start);
        summary.arrived_unix_nano = (listed_start != start).then_some(listed_start.unsigned_abs());
        Self {
            id,
            listed_start,
            name,
            services,
            bytes: values.bytes,
            origins: filter::origin_ids(&values.origins),
            searched,
            summary,
            facts,
        }
    }

    /// Inserts the row, or replaces all of its columns but the client.
    pub(super) fn upsert(
        self,
        connection: &Connection,
        key: &RowKey,
    ) -> rusqlite::Result<TraceSummary> {
        const UPSERT: &str = "INSERT INTO trace
                (number, id, client, received, stale_updates, start, duration, service, services, name,
                    span_count, error_count, bytes, origins, signature, search, is_whole, summary)
            VALUES (:number, :id, :client, :received, 0, :start, :duration, :service, :services,
                    :name, :span_count, :error_count, :bytes, :origins, :signature, :search,
                    :is_whole, :summary)
            ON CONFLICT (number) DO UPDATE SET
                received = excluded.received, stale_updates = 0, start = excluded.start,
                duration = excluded.duration, service = excluded.service,
                services = excluded.services, name = excluded.name,
                span_count = excluded.span_count, error_count = excluded.error_count,
                bytes = excluded.bytes, origins = excluded.origins, signature = excluded.signature,
                search = excluded.search, is_whole = excluded.is_whole,
                summary = excluded.summary";
        let own = named_params! {
            ":number": key.number,
            ":client": key.client,
            ":received": key.received,
        };
        self.execute(connection, UPSERT, own)?;
        self.write_facts(connection, key.number, key.stored_start)?;
        Ok(self.summary)
    }

    /// Updates a stale row, unless the trace is gone. Counts stay as they are if the trace got
    /// more spans since `stale` was read.
    fn refresh(
        self,
        connection: &Connection,
        stale: &Stale,
    ) -> rusqlite::Result<Option<TraceSummary>> {
        const REFRESH: &str = "UPDATE trace SET
                start = :start, duration = :duration, service = :service, services = :services,
                name = :name, error_count = :error_count, origins = :origins, signature = :signature,
                search = :search, is_whole = :is_whole, summary = :summary,
                span_count = iif(stale_updates > :updates, span_count, :span_count),
                bytes = iif(stale_updates > :updates, bytes, :bytes),
                stale_updates = max(0, stale_updates - :updates)
            WHERE number = :number AND id = :id";
        let own = named_params! {
            ":number": stale.number,
            ":updates": stale.updates,
        };
        // It may differ from that of `stale`.
        let stored_start = connection
            .prepare_cached(STORED_START)?
            .query_row(params![stale.number, self.id.to_bytes()], |row| row.get(0))
            .optional()?;
        if stored_start.is_none() {
            return Ok(None);
        }
        self.execute(connection, REFRESH, own)?;
        self.write_facts(connection, stale.number, stored_start)?;
        Ok(Some(self.summary))
    }

    /// Writes the trace's row in `root`.
    fn write_facts(
        &self,
        connection: &Connection,
        number: i64,
        previous_start: Option<i64>,
    ) -> rusqlite::Result<()> {
        let position = Position {
            start: self.listed_start,
            number,
            previous_start,
        };
        facts::write(connection, position, &self.summary, &self.facts)
    }

    /// Executes a statement that writes these columns, and `own` parameters besides.
    fn execute(
        &self,
        connection: &Connection,
        sql: &str,
        own: &[(&str, &dyn rusqlite::ToSql)],
    ) -> rusqlite::Result<usize> {
        let mut statement = connection.prepare_cached(sql)?;
        let (id, summary, searched) = (self.id.to_bytes(), &self.summary, &self.searched);
        let shared = named_params! {
            ":id": id,
            ":start": self.listed_start,
            ":duration": signed(summary.duration_nano),
            ":service": summary.service,
            ":services": json(&self.services),
            ":name": self.name,
            ":span_count": summary.span_count,
            ":error_count": summary.error_count,
            ":bytes": self.bytes,
            ":origins": self.origins,
            ":signature": searched.signature,
            ":search": searched.text,
            ":is_whole": searched.is_whole,
            ":summary": json(summary),
        };
        let parameters: Vec<_> = shared.iter().chain(own).copied().collect();
        statement.execute(&*parameters)
    }
}

/// A stale trace's columns, computed outside of the writer.
#[derive(Debug)]
pub(super) struct Refresh {
    stale: Stale,
    columns: Columns,
}

impl Refresh {
    /// Reads and summarizes the trace's spans. `stale` must be of the same read transaction.
    pub(super) fn read(
        connection: &Connection,
        stale: Stale,
        origins: &mut Origins,
    ) -> rusqlite::Result<Self> {
        let values = spans::of_trace(connection, stale.number, origins)?;
        let listed_start = Some(stale.listed_start);
        let columns = Columns::summarize(stale.id, values, clock::now(), listed_start);
        Ok(Self { stale, columns })
    }

    /// Updates the row, and returns its new summary unless the trace is gone.
    pub(super) fn write(self, connection: &Connection) -> rusqlite::Result<Option<TraceSummary>> {
        self.columns.refresh(connection, &self.stale)
    }
}

/// Bounds a summary's size, however long the names in the trace are.
fn shorten_summary(summary: &mut TraceSummary) {
    shorten(&mut summary.name, MAX_SUMMARY_NAME_BYTES);
    shorten(&mut summary.service, MAX_SERVICE_BYTES);
    summary.services.truncate(MAX_SUMMARY_SERVICES);
    for service in &mut summary.services {
        shorten(service, MAX_SERVICE_BYTES);
    }
}

/// Truncates a text at a character boundary, and ends it with an ellipsis.
pub(super) fn shorten(text: &mut String, max_bytes: usize) {
    const ELLIPSIS: &str = "…";
    if text.len() > max_bytes {
        text.truncate(text.floor_char_boundary(max_bytes - ELLIPSIS.len()));
        text.push_str(ELLIPSIS);
    }
}

/// Moves traces that are listed in the future to before `now`, in the same order. They arrived
/// while the system's clock was ahead. Returns the number of moved traces.
pub(super) fn relist_future(connection: &Connection, now: i64) -> rusqlite::Result<usize> {
    let latest = connection
        .prepare_cached("SELECT max(start) FROM trace INDEXED BY trace_by_start")?
        .query_row([], |row| row.get::<_, Option<i64>>(0))?;
    let limit = listed_start::latest_credible(now);
    let Some(latest) = latest.filter(|latest| *latest > limit) else {
        return Ok(0);
    };
    let transaction = connection.unchecked_transaction()?;
    facts::move_back(&transaction, latest - now, limit)?;
    // Their summaries state the arrival time, so they are stale now.
    let sql =
        "UPDATE trace SET start = start - ?, stale_updates = stale_updates + 1 WHERE start > ?";
    let moved = transaction.execute(sql, params![latest - now, limit])?;
    transaction.commit()?;
    Ok(moved)
}

/// Converts a time. The decoder rejects times beyond 63 bits.
pub(super) fn signed(nanos: u64) -> i64 {
    i64::try_from(nanos).unwrap_or(i64::MAX)
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
