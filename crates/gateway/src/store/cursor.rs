//! A position in the list of traces.

use rusqlite::{Connection, OptionalExtension};
use trace_model::TraceId;

use super::damage;

const POSITION: &str = "SELECT start, number FROM trace WHERE id = ?";

/// A position in the list, given by a trace's start and id:
/// `1790000000000000000-6a2b7c1e98038103d269b633813fc60c`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor {
    start: i64,
    id: TraceId,
}

impl Cursor {
    /// Returns the cursor of a stored trace.
    pub(super) const fn of(id: TraceId) -> Self {
        Self { start: 0, id }
    }

    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let parsed = text.rsplit_once('-').and_then(|(start, id)| {
            Some(Self {
                start: start.parse().ok()?,
                id: id.parse().ok()?,
            })
        });
        parsed.ok_or_else(|| "cursor must be the \"next\" of an earlier response".to_owned())
    }

    /// Returns the start and the number of the trace. A deleted trace has only its start.
    pub(super) fn position(self, connection: &Connection) -> rusqlite::Result<(i64, i64)> {
        let mut statement = connection.prepare_cached(POSITION)?;
        let position =
            statement.query_row([self.id.to_bytes()], |row| Ok((row.get(0)?, row.get(1)?)));
        Ok(position.optional()?.unwrap_or((self.start, 0)))
    }

    /// Writes the cursor of the trace at this position.
    pub(super) fn after(
        connection: &Connection,
        (start, number): (i64, i64),
    ) -> rusqlite::Result<String> {
        let sql = "SELECT id FROM trace WHERE number = ?";
        let id: Vec<u8> = connection
            .prepare_cached(sql)?
            .query_row([number], |row| row.get(0))?;
        let id = TraceId::try_from(&*id).map_err(damage::undecodable)?;
        Ok(format!("{start}-{id}"))
    }
}
