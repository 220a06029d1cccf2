//! A trace's row: what the list shows of it, kept up to date as the trace grows.

use rusqlite::{Connection, OptionalExtension, named_params, params};
use trace_model::{Span, Trace, TraceId, TraceSummary};

use crate::{clock, decode::MAX_NAME_BYTES};

use super::{
    damage, filter,
    listing::{self, Known},
    origins::Origins,
    search::{self, Searched},
    spans::{self, Values},
};

/// The name of a trace in the list, in bytes.
const MAX_SUMMARY_NAME_BYTES: usize = 1_024;

/// The name of a service in the list, in bytes.
const MAX_SERVICE_BYTES: usize = 256;

/// Services of a trace in the list. All of them can be asked for.
const MAX_SUMMARY_SERVICES: usize = 50;

const TRACE: &str = "INSERT INTO trace
        (number, id, client, received, start, duration, service, services, name, span_count, error_count,
            bytes, behind, origins, words, search, is_whole, summary)
    VALUES (:number, :id, :client, :received, :start, :duration, :service, :services, :name, :span_count,
            :error_count, :bytes, 0, :origins, :words, :search, :is_whole, :summary)
    ON CONFLICT (number) DO UPDATE SET
        received = excluded.received, start = excluded.start, duration = excluded.duration,
        service = excluded.service, services = excluded.services, name = excluded.name,
        span_count = excluded.span_count, error_count = excluded.error_count,
        bytes = excluded.bytes, behind = 0, origins = excluded.origins,
        words = excluded.words, search = excluded.search, is_whole = excluded.is_whole, summary = excluded.summary";

const COUNT: &str = "UPDATE trace
    SET span_count = span_count + ?, bytes = bytes + ?, received = ?, behind = behind + 1
    WHERE number = ?";

/// Counts and the arrival time stay as they are where the trace grew since its spans were read.
const REFRESH: &str = "UPDATE trace SET
        start = :start, duration = :duration, service = :service, services = :services,
        name = :name, error_count = :error_count, origins = :origins, words = :words,
        search = :search, is_whole = :is_whole, summary = :summary,
        span_count = iif(behind > :seen, span_count, :span_count),
        bytes = iif(behind > :seen, bytes, :bytes),
        behind = max(0, behind - :seen)
    WHERE number = :number AND id = :id";

const STALE: &str = "SELECT number, id, behind, start FROM trace
    WHERE behind AND number > ? ORDER BY number LIMIT 1";

/// What is written beside what the spans say.
pub(super) struct Row {
    pub(super) number: i64,
    /// Who sent it first; what a row says is not changed.
    pub(super) client: i64,
    /// When the latest span came, in the time by which traces age.
    pub(super) received: i64,
    /// The system's time.
    pub(super) now: i64,
    pub(super) known: Known,
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

/// A trace whose row is older than its spans.
#[derive(Debug)]
pub(super) struct Stale {
    pub(super) number: i64,
    id: TraceId,
    /// How often it grew since it was summarized.
    behind: i64,
    /// Its place in the list.
    listed: i64,
}

/// Returns the next trace after `number` whose spans were only counted.
pub(super) fn next_stale(connection: &Connection, number: i64) -> rusqlite::Result<Option<Stale>> {
    let mut statement = connection.prepare_cached(STALE)?;
    let stale = statement.query_row([number], |row| {
        let id = TraceId::try_from(&*row.get::<_, Vec<u8>>(1)?).map_err(damage::undecodable)?;
        Ok(Stale {
            number: row.get(0)?,
            id,
            behind: row.get(2)?,
            listed: row.get(3)?,
        })
    });
    stale.optional()
}

/// What a stale trace's row has to say, made from its spans outside of the writer.
#[derive(Debug)]
pub(super) struct Refresh {
    stale: Stale,
    columns: Columns,
}

impl Refresh {
    /// Reads the trace's spans. `stale` has to be of the same read transaction.
    pub(super) fn read(
        connection: &Connection,
        stale: Stale,
        origins: &mut Origins,
    ) -> rusqlite::Result<Self> {
        let values = spans::values(connection, stale.number, origins)?;
        let listing = (clock::now(), Known::Listed(stale.listed));
        let columns = Columns::of(stale.id, listing, values);
        Ok(Self { stale, columns })
    }

    /// Updates the row, unless the trace is gone; its new summary.
    pub(super) fn write(self, connection: &Connection) -> rusqlite::Result<Option<TraceSummary>> {
        let Self { stale, columns } = self;
        let mut statement = connection.prepare_cached(REFRESH)?;
        let summary = columns.summary;
        let changed = statement.execute(named_params! {
            ":number": stale.number,
            ":id": stale.id.to_bytes(),
            ":seen": stale.behind,
            ":start": columns.listed,
            ":duration": signed(summary.duration_nano),
            ":service": summary.service,
            ":services": json(&columns.services),
            ":name": columns.name,
            ":span_count": summary.span_count,
            ":error_count": summary.error_count,
            ":bytes": columns.bytes,
            ":origins": columns.origins,
            ":words": columns.searched.signature,
            ":search": columns.searched.text,
            ":is_whole": columns.searched.is_whole,
            ":summary": json(&summary),
        })?;
        Ok((changed == 1).then_some(summary))
    }
}

/// The columns that are computed from a trace's spans.
#[derive(Debug)]
struct Columns {
    summary: TraceSummary,
    /// Its place in the list.
    listed: i64,
    /// The name as it is.
    name: String,
    /// All of them.
    services: Vec<String>,
    /// Of all spans' bodies.
    bytes: u64,
    origins: Vec<u8>,
    searched: Searched,
}

impl Columns {
    fn of(id: TraceId, (now, known): (i64, Known), values: Values) -> Self {
        let spans = values.spans;
        let services = spans.iter().map(Span::service).collect();
        let searched = search::of(id, &spans, &services);
        let mut summary = Trace::from_spans(id, spans).summary();
        let name = summary.name.clone();
        let mut services = summary.services.clone();
        for service in &mut services {
            shorten(service, MAX_NAME_BYTES);
        }
        shorten_summary(&mut summary);
        let start = signed(summary.start_unix_nano);
        let listed = listing::place(start, now, known);
        summary.arrived_unix_nano = (listed != start).then_some(listed.unsigned_abs());
        Self {
            listed,
            name,
            services,
            bytes: values.bytes,
            origins: filter::origin_ids(&values.origins),
            searched,
            summary,
        }
    }
}

/// Writes the row anew from all of the trace's spans.
pub(super) fn write(
    connection: &Connection,
    id: TraceId,
    values: Values,
    row: Row,
) -> rusqlite::Result<TraceSummary> {
    let columns = Columns::of(id, (row.now, row.known), values);
    let summary = columns.summary;
    let mut statement = connection.prepare_cached(TRACE)?;
    statement.execute(named_params! {
        ":number": row.number,
        ":id": id.to_bytes(),
        ":client": row.client,
        ":received": row.received,
        ":start": columns.listed,
        ":duration": signed(summary.duration_nano),
        ":service": summary.service,
        ":services": json(&columns.services),
        ":name": columns.name,
        ":span_count": summary.span_count,
        ":error_count": summary.error_count,
        ":bytes": columns.bytes,
        ":origins": columns.origins,
        ":words": columns.searched.signature,
        ":search": columns.searched.text,
        ":is_whole": columns.searched.is_whole,
        ":summary": json(&summary),
    })?;
    Ok(summary)
}

/// What the list shows of a trace does not grow with the names in it.
fn shorten_summary(summary: &mut TraceSummary) {
    shorten(&mut summary.name, MAX_SUMMARY_NAME_BYTES);
    shorten(&mut summary.service, MAX_SERVICE_BYTES);
    summary.services.truncate(MAX_SUMMARY_SERVICES);
    for service in &mut summary.services {
        shorten(service, MAX_SERVICE_BYTES);
    }
}

/// Cuts a text at a character, and ends it with an ellipsis.
fn shorten(text: &mut String, max_bytes: usize) {
    const ELLIPSIS: &str = "…";
    if text.len() > max_bytes {
        text.truncate(text.floor_char_boundary(max_bytes - ELLIPSIS.len()));
        text.push_str(ELLIPSIS);
    }
}

/// Gives traces that are listed in the future a place before `now`: the system's clock was ahead
/// when they came, and was put right. Their order stays. Returns how many there were.
pub(super) fn list_again(connection: &Connection, now: i64) -> rusqlite::Result<usize> {
    let latest = connection
        .prepare_cached("SELECT max(start) FROM trace INDEXED BY trace_by_start")?
        .query_row([], |row| row.get::<_, Option<i64>>(0))?;
    let limit = listing::latest_start(now);
    let Some(latest) = latest.filter(|latest| *latest > limit) else {
        return Ok(0);
    };
    // Their summaries have to say so, too.
    let sql = "UPDATE trace SET start = start - ?, behind = behind + 1 WHERE start > ?";
    connection.execute(sql, params![latest - now, limit])
}

/// Times beyond 63 bits are rejected before they get here.
fn signed(nanos: u64) -> i64 {
    i64::try_from(nanos).unwrap_or(i64::MAX)
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
