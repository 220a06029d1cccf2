//! How far a trace had come when somebody read it.

use std::{fmt, str::FromStr};

use rusqlite::{Connection, params};

const NOW: &str = "SELECT coalesce(max(seq), 0), count(*) FROM span WHERE trace = ?";

/// The index by trace holds the numbers, so that only new spans' bodies are touched.
const UP_TO: &str = "SELECT count(*) FROM span WHERE trace = ? AND +seq <= ?";

/// Written as `7-3`: the number of the trace's newest span, and how many spans it had.
///
/// Numbers only grow, and a span that is replaced gets a new one. So a reader who has a
/// revision lacks the spans of higher numbers, and has a span that is gone when fewer are left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Revision {
    pub(super) last_seq: i64,
    spans: i64,
}

impl Revision {
    pub(super) fn now(connection: &Connection, trace: i64) -> rusqlite::Result<Self> {
        let mut statement = connection.prepare_cached(NOW)?;
        statement.query_row([trace], |row| {
            Ok(Self {
                last_seq: row.get(0)?,
                spans: row.get(1)?,
            })
        })
    }

    /// Whether all spans of this revision are still there.
    pub(super) fn is_kept(self, connection: &Connection, trace: i64) -> rusqlite::Result<bool> {
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
            "since is what the header x-trace-revision of an earlier answer says".to_owned()
        })
    }
}
