//! The revision of a trace, for readers that ask only for new spans.

use std::{fmt, str::FromStr};

use rusqlite::{Connection, params};

const CURRENT: &str = "SELECT coalesce(max(seq), 0), count(*) FROM span WHERE trace = ?";

/// The index by trace has the numbers, so no spans are read. `+seq` keeps SQLite from using the
/// primary key instead.
const UP_TO: &str = "SELECT count(*) FROM span WHERE trace = ? AND +seq <= ?";

/// The number of the trace's newest span, and its span count, written as `7-3`.
///
/// Numbers only grow, and a replaced span gets a new number. A reader of a revision lacks the
/// spans with higher numbers. It has outdated spans if fewer of the lower numbers are left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Revision {
    pub(super) last_seq: i64,
    spans: i64,
}

impl Revision {
    pub(super) fn current(connection: &Connection, trace: i64) -> rusqlite::Result<Self> {
        let mut statement = connection.prepare_cached(CURRENT)?;
        statement.query_row([trace], |row| {
            Ok(Self {
                last_seq: row.get(0)?,
                spans: row.get(1)?,
            })
        })
    }

    /// Whether all spans of this revision are still stored.
    pub(super) fn is_complete(self, connection: &Connection, trace: i64) -> rusqlite::Result<bool> {
        let mut statement = connection.prepare_cached(UP_TO)?;
        let spans: i64 = statement.query_row(params![trace, self.last_seq], |row| row.get(0))?;
        Ok(spans == self.spans && spans > 0)
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.last_seq, self.spans)
    }
}

impl FromStr for Revision {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parsed = text.split_once('-').and_then(|(last_seq, spans)| {
            Some(Self {
                last_seq: last_seq.parse().ok()?,
                spans: spans.parse().ok()?,
            })
        });
        parsed.ok_or_else(|| {
            "since must be the x-trace-revision header of an earlier response".to_owned()
        })
    }
}
