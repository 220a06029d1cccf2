//! The table `root`: what overviews read of each trace.
//!
//! Overviews read all traces of a window, so the table has narrow columns and is ordered by start.
//! The facts of a trace are computed with its summary, from the same spans, in the transaction
//! that stores them or in the summarizer. Rollups would be smaller, but a trace changes and
//! expires, and a filter by any attribute needs the single traces.

use rusqlite::{Connection, Row, params, types::ValueRef};
use trace_model::{
    Breakdown, Trace, TraceSummary,
    overview::{Outcome, RootRow, TraceFacts, Vitals},
};

use super::{
    damage,
    trace_row::{shorten, signed},
};

/// The size limit of each text, in bytes.
const MAX_TEXT_BYTES: usize = 256;

/// With `INSERT OR REPLACE`, SQLite would copy each page that it changes to a journal.
const WRITE: &str = "INSERT INTO root
        (start, number, duration, service, name, route, outcome, browser, network, backend,
            database, session, user, lcp, inp, cls, fcp, ttfb, calls)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET
        duration = excluded.duration, service = excluded.service, name = excluded.name,
        route = excluded.route, outcome = excluded.outcome, browser = excluded.browser,
        network = excluded.network, backend = excluded.backend, database = excluded.database,
        session = excluded.session, user = excluded.user, lcp = excluded.lcp, inp = excluded.inp,
        cls = excluded.cls, fcp = excluded.fcp, ttfb = excluded.ttfb, calls = excluded.calls";

const DELETE: &str = "DELETE FROM root WHERE start = ? AND number = ?";

const MOVE_BACK: &str = "UPDATE root SET start = start - ? WHERE start > ?";

/// The columns that all overviews read.
const COLUMNS: &str = "start, number, duration, service, name, route, outcome";

/// The first column that only some overviews read.
const FIRST_DETAIL: usize = 7;

/// The columns that one overview reads of each trace, besides those that all read. A scan of
/// 100,000 rows spends most of its time reading columns.
#[derive(Clone, Copy, Debug)]
pub(super) enum Details {
    None,
    Breakdown,
    Vitals,
    Session,
    Calls,
}

impl Details {
    const fn columns(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Breakdown => ", browser, network, backend, database",
            Self::Vitals => ", lcp, inp, cls, fcp, ttfb",
            Self::Session => ", lcp, inp, cls, fcp, ttfb, session, user",
            Self::Calls => ", calls",
        }
    }

    /// Returns the statement for the rows of a window, newest first.
    pub(super) fn sql_of_window(self) -> String {
        let details = self.columns();
        format!(
            "SELECT {COLUMNS}{details} FROM root WHERE start >= ? AND start < ?
            ORDER BY start DESC, number DESC"
        )
    }

    /// Returns the statement for the row of a trace.
    pub(super) fn sql_of_trace(self) -> String {
        let details = self.columns();
        format!("SELECT {COLUMNS}{details} FROM root WHERE start = ? AND number = ?")
    }
}

const BACKFILL: &str = "SELECT newest FROM backfill";

const SET_BACKFILL: &str = "UPDATE backfill SET newest = ?";

/// Facts with bounded texts, and encoded calls.
#[derive(Debug)]
pub(super) struct StoredFacts {
    facts: TraceFacts,
    calls: Vec<u8>,
}

impl StoredFacts {
    pub(super) fn of(trace: &Trace) -> Self {
        let mut facts = TraceFacts::of(trace);
        for text in [&mut facts.route, &mut facts.session, &mut facts.user] {
            shorten(text, MAX_TEXT_BYTES);
        }
        let calls = facts.calls.encode();
        Self { facts, calls }
    }
}

/// The position of a trace's row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Position {
    /// The start by which the trace is listed.
    pub(super) start: i64,
    pub(super) number: i64,
    /// The start by which it was listed until now.
    pub(super) previous_start: Option<i64>,
}

/// Writes the row of a trace.
pub(super) fn write(
    connection: &Connection,
    position: Position,
    summary: &TraceSummary,
    StoredFacts { facts, calls }: &StoredFacts,
) -> rusqlite::Result<()> {
    let Position {
        start,
        number,
        previous_start,
    } = position;
    if let Some(previous) = previous_start.filter(|previous| *previous != start) {
        delete(connection, previous, number)?;
    }
    let mut name = summary.name.clone();
    shorten(&mut name, MAX_TEXT_BYTES);
    let time = &summary.breakdown;
    let [lcp, inp, cls, fcp, ttfb] = facts.vitals.0;
    let values = params![
        start,
        number,
        signed(summary.duration_nano),
        summary.service,
        name,
        facts.route,
        facts.outcome.0,
        signed(time.browser),
        signed(time.network),
        signed(time.backend),
        signed(time.database),
        facts.session,
        facts.user,
        lcp,
        inp,
        cls,
        fcp,
        ttfb,
        calls,
    ];
    connection.prepare_cached(WRITE)?.execute(values).map(drop)
}

/// Deletes the row of a trace, which is listed at `start`.
pub(super) fn delete(connection: &Connection, start: i64, number: i64) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(DELETE)?;
    statement.execute([start, number]).map(drop)
}

/// Moves the rows after `limit` back by `nanos`.
pub(super) fn move_back(connection: &Connection, nanos: i64, limit: i64) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(MOVE_BACK)?;
    statement.execute([nanos, limit]).map(drop)
}

/// Reads a row of [`Details::sql_of_window`]. The other fields are empty.
pub(super) fn read<'a>(row: &'a Row<'_>, details: Details) -> rusqlite::Result<RootRow<'a>> {
    let mut root = RootRow {
        start_unix_nano: nanos(row, 0)?,
        key: number(row, 1)?,
        duration_nano: nanos(row, 2)?,
        service: text(row, 3)?,
        name: text(row, 4)?,
        route: text(row, 5)?,
        outcome: Outcome(u32::try_from(number(row, 6)?).unwrap_or_default()),
        ..RootRow::default()
    };
    match details {
        Details::None => {}
        Details::Breakdown => root.breakdown = breakdown(row)?,
        Details::Vitals => root.vitals = vitals(row)?,
        Details::Session => {
            root.vitals = vitals(row)?;
            root.session = text(row, FIRST_DETAIL + 5)?;
            root.user = text(row, FIRST_DETAIL + 6)?;
        }
        Details::Calls => {
            let calls = row.get_ref(FIRST_DETAIL)?.as_blob();
            root.calls = calls.map_err(damage::undecodable)?;
        }
    }
    Ok(root)
}

fn breakdown(row: &Row<'_>) -> rusqlite::Result<Breakdown> {
    Ok(Breakdown {
        browser: nanos(row, FIRST_DETAIL)?,
        network: nanos(row, FIRST_DETAIL + 1)?,
        backend: nanos(row, FIRST_DETAIL + 2)?,
        database: nanos(row, FIRST_DETAIL + 3)?,
        waiting: 0,
    })
}

fn vitals(row: &Row<'_>) -> rusqlite::Result<Vitals> {
    let mut vitals = Vitals::default();
    for (index, vital) in vitals.0.iter_mut().enumerate() {
        if let ValueRef::Real(value) = row.get_ref(FIRST_DETAIL + index)? {
            *vital = Some(value);
        }
    }
    Ok(vitals)
}

fn number(row: &Row<'_>, index: usize) -> rusqlite::Result<i64> {
    row.get_ref(index)?.as_i64().map_err(damage::undecodable)
}

fn nanos(row: &Row<'_>, index: usize) -> rusqlite::Result<u64> {
    Ok(number(row, index)?.max(0).unsigned_abs())
}

fn text<'a>(row: &'a Row<'_>, index: usize) -> rusqlite::Result<&'a str> {
    row.get_ref(index)?.as_str().map_err(damage::undecodable)
}

/// Returns the newest trace of an earlier version that may have no row. Zero if all have theirs.
pub(super) fn backfill(connection: &Connection) -> rusqlite::Result<i64> {
    let mut statement = connection.prepare_cached(BACKFILL)?;
    statement.query_row([], |row| row.get(0))
}

/// Sets the next trace of the backfill.
pub(super) fn set_backfill(connection: &Connection, newest: i64) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(SET_BACKFILL)?;
    statement.execute([newest]).map(drop)
}
