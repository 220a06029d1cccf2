//! The list of log records: a scan of an index, newest first, with a time limit.
//!
//! A query that names a trace reads the index by trace, any other one the index by time. Both rule
//! out records by time, and the second also by severity. The others are decoded and matched.

use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::logs::v1::LogRecord;
use prost::Message;
use rusqlite::{Connection, Row, Statement};
use trace_model::{Log, query::LogMatcher};

use super::{damage, from_otlp, log_query::LogFilter, origins::Origins, spans::intact};

/// The time limit of a query. A longer one returns what it found and a cursor to continue.
const TIME_LIMIT: Duration = Duration::from_secs(2);

/// The size of the records of a page, as encoded. A page of more is cut short.
const MAX_PAGE_BYTES: usize = 16 << 20;

/// The columns of [`intact`], and the number.
const COLUMNS: &str = "origin, body, time, coalesce(trace_id, x''), crc, seq";

/// A page of the list.
#[derive(Debug, Default)]
pub(crate) struct LogPage {
    pub(crate) logs: Vec<Log>,
    /// The cursor of the next page. `None` at the end of the list.
    pub(crate) next: Option<String>,
    /// The time limit or the size limit was reached before the page was full.
    pub(crate) cut_short: bool,
}

/// Returns the page that `filter` asks for. `now` is the system's time.
pub(super) fn list(
    connection: &Connection,
    filter: &LogFilter,
    now: i64,
) -> rusqlite::Result<LogPage> {
    list_until(connection, filter, now, Instant::now() + TIME_LIMIT)
}

fn list_until(
    connection: &Connection,
    filter: &LogFilter,
    now: i64,
    deadline: Instant,
) -> rusqlite::Result<LogPage> {
    let mut page = LogPage::default();
    // The query was validated.
    let Ok(matcher) = LogMatcher::new(&filter.query) else {
        return Ok(page);
    };
    if filter.limit == 0 {
        return Ok(page);
    }
    let mut origins = Origins::of_logs();
    let (mut statement, mut bytes) = (select(connection, filter)?, 0);
    bind(&mut statement, filter, now)?;
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        let position = (row.get::<_, i64>(2)?, row.get::<_, i64>(5)?);
        origins.limit_size();
        if let Some((log, size)) = decode(connection, row, &mut origins)?
            && matcher.matches(&log)
        {
            page.logs.push(log);
            bytes += size;
        }
        let is_full = page.logs.len() == filter.limit;
        page.cut_short = !is_full && (bytes >= MAX_PAGE_BYTES || Instant::now() >= deadline);
        if is_full || page.cut_short {
            page.next = Some(format!("{}-{}", position.0, position.1));
            break;
        }
    }
    Ok(page)
}

fn select<'a>(connection: &'a Connection, filter: &LogFilter) -> rusqlite::Result<Statement<'a>> {
    let (index, trace) = match filter.query.trace_id() {
        Some(_) => ("log_by_trace", "trace_id = ?6 AND"),
        None => ("log_by_time", ""),
    };
    connection.prepare(&format!(
        "SELECT {COLUMNS} FROM log INDEXED BY {index}
        WHERE {trace} time >= ?1 AND time < ?5 AND (time, seq) < (?2, ?3) AND severity >= ?4
        ORDER BY time DESC, seq DESC"
    ))
}

fn bind(statement: &mut Statement<'_>, filter: &LogFilter, now: i64) -> rusqlite::Result<()> {
    let recent = filter.query.since_nano();
    let recent = recent.map(|nanos| now.saturating_sub(i64::try_from(nanos).unwrap_or(i64::MAX)));
    let since = recent.unwrap_or(i64::MIN).max(filter.since);
    statement.raw_bind_parameter(1, since)?;
    statement.raw_bind_parameter(2, filter.after.0)?;
    statement.raw_bind_parameter(3, filter.after.1)?;
    statement.raw_bind_parameter(4, filter.query.min_severity())?;
    statement.raw_bind_parameter(5, filter.until)?;
    match filter.query.trace_id() {
        Some(id) => statement.raw_bind_parameter(6, id.to_bytes()),
        None => Ok(()),
    }
}

/// Decodes a record, and returns it with the size of its body. `None` for a damaged one.
fn decode(
    connection: &Connection,
    row: &Row<'_>,
    origins: &mut Origins,
) -> rusqlite::Result<Option<(Log, usize)>> {
    let Some((origin, body)) = intact(row)? else {
        return Ok(None);
    };
    let bytes = body.len();
    let record = LogRecord::decode(body).map_err(damage::undecodable)?;
    let listed: i64 = row.get(2)?;
    let log = from_otlp::log(record, listed, &origins.decoded(connection, origin)?);
    Ok(Some((log, bytes)))
}
