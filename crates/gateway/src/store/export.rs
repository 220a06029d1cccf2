//! Chooses the traces of an export.

use std::time::{Duration, Instant};

use rusqlite::Connection;
use trace_model::TraceId;

use super::{damage, list, trace_query::TraceFilter};

/// The time limit of the search.
const SEARCH_TIME: Duration = Duration::from_secs(2);

/// Traces of one export.
const MAX_TRACES: usize = 1_000;

/// The size of the encoded spans of one export. As JSON, they take three to four times as much: a file that
/// a gateway with the usual limits imports.
const MAX_BYTES: u64 = 16 << 20;

const SIZE: &str = "SELECT id, bytes FROM trace WHERE number = ?";

/// Why older traces are left out of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExportCut {
    Traces,
    Bytes,
    Time,
}

impl ExportCut {
    /// Returns the reason for people.
    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Self::Traces => "a file has at most 1000 traces",
            Self::Bytes => "a file has at most 16 MiB of encoded spans",
            Self::Time => "the search stopped after 2 s",
        }
    }
}

/// The traces of an export, newest first.
#[derive(Debug, Default)]
pub(crate) struct ExportList {
    pub(crate) traces: Vec<TraceId>,
    pub(crate) cut: Option<ExportCut>,
}

/// Returns the matching traces, within the limits. A larger trace is exported alone.
pub(super) fn select(
    connection: &Connection,
    filter: &TraceFilter,
    now: i64,
) -> rusqlite::Result<ExportList> {
    let deadline = Instant::now() + SEARCH_TIME;
    let matching = list::matching(connection, filter, now, deadline)?;
    let (mut list, mut size) = (ExportList::default(), 0_u64);
    list.cut = matching.coverage.cut_short.then_some(ExportCut::Time);
    let mut statement = connection.prepare_cached(SIZE)?;
    for (_, number) in matching.positions {
        let (id, bytes) = statement.query_row([number], |row| {
            Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, u64>(1)?))
        })?;
        size = size.saturating_add(bytes);
        if list.traces.len() == MAX_TRACES {
            list.cut = Some(ExportCut::Traces);
            break;
        }
        if size > MAX_BYTES && !list.traces.is_empty() {
            list.cut = Some(ExportCut::Bytes);
            break;
        }
        let id = TraceId::try_from(&*id).map_err(damage::undecodable)?;
        list.traces.push(id);
    }
    Ok(list)
}
