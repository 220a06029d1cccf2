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

const WRITE: &str = "INSERT OR REPLACE INTO root
        (start, number, duration, service, name, route, outcome, browser, network, backend,
            database, session, user, lcp, inp, cls, fcp, ttfb, calls)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

/// Reads the rows of a window, newest first.
pub(super) const READ: &str = "SELECT start, number, duration, service, name, route, outcome,
        browser, network, backend, database, session, user, lcp, inp, cls, fcp, ttfb, calls
    FROM root WHERE start >= ? AND start < ? ORDER BY start DESC, number DESC";

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

/// Writes the row of a trace, which is listed at `start`.
pub(super) fn write(
    connection: &Connection,
    (start, number): (i64, i64),
    summary: &TraceSummary,
    StoredFacts { facts, calls }: &StoredFacts,
) -> rusqlite::Result<()> {
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

/// Reads a row of [`READ`].
pub(super) fn read<'a>(row: &'a Row<'_>) -> rusqlite::Result<RootRow<'a>> {
    let number = |index| row.get_ref(index)?.as_i64().map_err(damage::undecodable);
    let nanos = |index| Ok::<_, rusqlite::Error>(number(index)?.max(0).unsigned_abs());
    let text = |index| row.get_ref(index)?.as_str().map_err(damage::undecodable);
    let vital = |index| {
        Ok::<_, rusqlite::Error>(match row.get_ref(index)? {
            ValueRef::Real(value) => Some(value),
            _ => None,
        })
    };
    Ok(RootRow {
        start_unix_nano: nanos(0)?,
        key: number(1)?,
        duration_nano: nanos(2)?,
        service: text(3)?,
        name: text(4)?,
        route: text(5)?,
        outcome: Outcome(u32::try_from(number(6)?).unwrap_or_default()),
        breakdown: Breakdown {
            browser: nanos(7)?,
            network: nanos(8)?,
            backend: nanos(9)?,
            database: nanos(10)?,
            waiting: 0,
        },
        session: text(11)?,
        user: text(12)?,
        vitals: Vitals([vital(13)?, vital(14)?, vital(15)?, vital(16)?, vital(17)?]),
        calls: row.get_ref(18)?.as_blob().map_err(damage::undecodable)?,
    })
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
