//! Removes traces by request, with their log records: all, those of a service, or those before a time.
//! Log records that belong to no stored trace are removed by time.
//!
//! The traces and records are found on a reading connection. The writer removes them in steps of
//! limited duration, between which it takes requests. A trace that got all of its spans after the
//! request is not removed, nor is a later log record.

use std::time::{Duration, Instant};

use rusqlite::{Connection, OptionalExtension, params};

use super::{
    clients::Clients,
    retention::{self, Removed, UsageByClient},
};

/// How long one step makes requests wait.
const STEP_TIME: Duration = Duration::from_millis(50);

/// The index has all columns, so no rows of the table are read.
const MATCHING: &str = "SELECT number FROM trace INDEXED BY trace_by_start
    WHERE start < ?1 AND (?2 IS NULL OR service = ?2)";

/// `+seq` keeps SQLite from using the primary key.
const STORED: &str = "SELECT client, bytes, (SELECT min(+seq) FROM span WHERE trace = number)
    FROM trace WHERE number = ?";

/// The records that go with no trace. Those of the request's time and later stay.
const MATCHING_LOGS: &str = "SELECT seq FROM log INDEXED BY log_by_time
    WHERE time < ?1 AND seq <= ?2
    AND (trace_id IS NULL OR NOT EXISTS (SELECT 1 FROM trace WHERE id = log.trace_id))";

/// A trace of the record may have arrived meanwhile.
const DELETE_LOG: &str = "DELETE FROM log WHERE seq = ?
    AND (trace_id IS NULL OR NOT EXISTS (SELECT 1 FROM trace WHERE id = log.trace_id))
    RETURNING client, bytes";

/// The traces to remove. All traces meet an absent condition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ClearFilter {
    /// The service of the root span.
    pub(crate) service: Option<String>,
    /// The time before which the trace is listed, in nanoseconds since 1970.
    pub(crate) before: Option<i64>,
}

/// What a request removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cleared {
    pub(crate) traces: u64,
    pub(crate) spans: u64,
    pub(crate) logs: u64,
    /// Whether all that matches is removed. Otherwise the time limit was reached.
    pub(crate) is_complete: bool,
}

impl Cleared {
    pub(super) const fn add(&mut self, removed: Removed) {
        self.traces += removed.traces;
        self.spans += removed.spans;
        self.logs += removed.logs;
    }
}

/// What a step removes some of.
#[derive(Debug)]
pub(super) enum Part {
    Traces {
        numbers: Vec<i64>,
        /// The newest span at the request. A trace of newer spans only stays.
        last_seq: i64,
    },
    /// Log records that belong to no stored trace.
    Logs(Vec<i64>),
}

/// What a step of the writer did.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Step {
    pub(super) removed: Removed,
    /// The traces or log records that were visited, from the first one on.
    pub(super) visited: usize,
}

/// Returns the numbers of the matching traces, oldest number first: the number of the newest trace is
/// free last, so no number is used again meanwhile.
pub(super) fn matching(
    connection: &Connection,
    filter: &ClearFilter,
) -> rusqlite::Result<Vec<i64>> {
    let before = filter.before.unwrap_or(i64::MAX);
    let mut statement = connection.prepare_cached(MATCHING)?;
    let numbers = statement.query_map(params![before, filter.service], |row| row.get(0))?;
    let mut numbers = numbers.collect::<rusqlite::Result<Vec<i64>>>()?;
    numbers.sort_unstable();
    Ok(numbers)
}

/// Returns the numbers of the matching log records that belong to no stored trace, up to `last_log`. A
/// service has none: it is that of a trace's root.
pub(super) fn matching_logs(
    connection: &Connection,
    filter: &ClearFilter,
    last_log: i64,
) -> rusqlite::Result<Vec<i64>> {
    if filter.service.is_some() {
        return Ok(Vec::new());
    }
    let before = filter.before.unwrap_or(i64::MAX);
    let mut statement = connection.prepare_cached(MATCHING_LOGS)?;
    let numbers = statement.query_map([before, last_log], |row| row.get(0))?;
    numbers.collect()
}

/// Removes some of these traces or log records, in one transaction.
pub(super) fn remove(
    connection: &mut Connection,
    clients: &mut Clients,
    part: &Part,
) -> rusqlite::Result<Step> {
    let deadline = Instant::now() + STEP_TIME;
    let transaction = connection.transaction()?;
    let (mut step, mut usage) = (Step::default(), UsageByClient::default());
    let (Part::Traces { numbers, .. } | Part::Logs(numbers)) = part;
    for number in numbers {
        if step.visited > 0 && Instant::now() >= deadline {
            break;
        }
        step.visited += 1;
        step.removed.add(match part {
            Part::Traces { last_seq, .. } => {
                remove_trace(&transaction, (*number, *last_seq), &mut usage)?
            }
            Part::Logs(_) => Removed {
                logs: retention::delete_logs(&transaction, DELETE_LOG, [number], &mut usage)?,
                ..Removed::default()
            },
        });
    }
    if step.removed != Removed::default() {
        retention::delete_unused_origins(&transaction)?;
    }
    transaction.commit()?;
    retention::subtract(clients, usage);
    Ok(step)
}

/// Removes a trace, unless all of its spans are newer than `last_seq`.
fn remove_trace(
    connection: &Connection,
    (number, last_seq): (i64, i64),
    usage: &mut UsageByClient,
) -> rusqlite::Result<Removed> {
    let stored = connection
        .prepare_cached(STORED)?
        .query_row([number], |row| {
            let first_seq: Option<i64> = row.get(2)?;
            Ok((row.get::<_, i64>(0)?, row.get::<_, u64>(1)?, first_seq))
        });
    let Some((client, bytes, first_seq)) = stored.optional()? else {
        return Ok(Removed::default());
    };
    if first_seq.is_some_and(|first| first > last_seq) {
        return Ok(Removed::default());
    }
    let removed = retention::remove_trace(connection, number, usage)?;
    let usage = usage.entry(client).or_default();
    usage.bytes += bytes;
    usage.spans += removed.spans;
    usage.traces += removed.traces;
    Ok(removed)
}
