//! Inserts batches within the writer's transaction: new spans, their origins, their traces' rows.

use std::{collections::HashMap, net::IpAddr};

use bytes::Bytes;
use rusqlite::{CachedStatement, Connection, named_params, params};
use trace_model::{Span, TraceId, TraceSummary};

use super::{
    clients::{Clients, Usage},
    damage,
    log_insert::InsertedLogs,
    origins::Origins,
    spans,
    trace_update::{TraceSize, TraceUpdate},
};
use crate::decode::{Batch, Reason, ReceivedSpan, Rejections};

const INSERT: &str =
    "INSERT INTO span (seq, trace, span_id, variant, origin, body, crc, local_only)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (trace, span_id, variant) DO NOTHING";

/// A later version gets a new number: a sink may have sent the earlier one, or be about to.
const REVISE: &str = "UPDATE span
    SET seq = :seq, origin = :origin, body = :body, crc = :crc, local_only = :local_only
    WHERE seq = :previous";

const WITH_ID: &str = "SELECT seq, variant, origin, body FROM span
    WHERE trace = ? AND span_id = ? ORDER BY variant";

/// The variant of the first span of an id. Most ids have no other.
const FIRST_VARIANT: i64 = 0;

/// Spans of a trace that may have the same id. Both sides of a call may share one, and a sender
/// with poor random numbers reuses ids. Each new span is compared with all of them.
const MAX_VARIANTS: usize = 16;

const RENUMBER: &str = "INSERT INTO renumbered (seq) VALUES (?)";

/// With more requests than this in a transaction, growing traces are left to the summarizer,
/// which summarizes each once for all of its new spans.
const BUSY_REQUESTS: usize = 4;

/// One transaction's work: several batches. Each trace's row is written once, at the end.
pub(super) struct Insertion<'a> {
    connection: &'a Connection,
    clients: &'a mut Clients,
    origins: &'a mut Origins,
    /// The sender of the current spans: its address, and the origin that names its service.
    sender: (Option<IpAddr>, i64),
    /// The number of the newest span.
    last_seq: i64,
    trace_limit: TraceSize,
    traces: HashMap<TraceId, TraceUpdate>,
    /// The number of the newest trace, if it was needed so far.
    last_trace: Option<i64>,
    requests: usize,
    /// The time by which traces age.
    aged: i64,
}

impl<'a> Insertion<'a> {
    pub(super) fn new(
        connection: &'a Connection,
        (clients, origins): (&'a mut Clients, &'a mut Origins),
        last_seq: i64,
        trace_limit: TraceSize,
        aged: i64,
    ) -> Self {
        Self {
            connection,
            clients,
            origins,
            sender: (None, 0),
            last_seq,
            trace_limit,
            traces: HashMap::new(),
            last_trace: None,
            requests: 0,
            aged,
        }
    }

    /// Adds a batch, and returns the rejected spans.
    pub(super) fn add(
        &mut self,
        (batch, received, address): (Batch, i64, Option<IpAddr>),
    ) -> rusqlite::Result<Rejections> {
        self.requests += 1;
        // Once for all spans: looking it up costs as much as binding its parameters.
        let mut statement = self.connection.prepare_cached(INSERT)?;
        let mut rejections = Rejections::default();
        for (origin, spans) in batch {
            if spans.is_empty() {
                continue;
            }
            let origin = self.origins.id(self.connection, origin, self.last_seq)?;
            self.sender = (address, origin);
            for span in spans {
                if let Some(reason) = self.add_span(&mut statement, &span, (origin, received))? {
                    rejections.count(reason);
                }
            }
        }
        Ok(rejections)
    }

    /// Adds a span, and returns the reason if it is rejected. A stored duplicate is not.
    fn add_span(
        &mut self,
        statement: &mut CachedStatement<'_>,
        span: &ReceivedSpan,
        (origin, received): (i64, i64),
    ) -> rusqlite::Result<Option<Reason>> {
        let (seq, connection, limit) = (self.last_seq + 1, self.connection, self.trace_limit);
        let update = self.trace_update(span.trace_id)?;
        let (trace, has_room) = (update.number, update.has_room(span, limit));
        let ids = RowIds { trace, origin, seq };
        if has_room && !span.is_revision && insert(statement, span, FIRST_VARIANT, ids)? {
            update.add(origin, &span.body, received);
            self.last_seq = seq;
            return Ok(None);
        }
        let stored = with_id(connection, trace, span)?;
        match self.compare(span, origin, &stored)? {
            Comparison::Duplicate => {}
            Comparison::Newer { previous } => {
                revise(connection, span, previous, ids)?;
                self.trace_update(span.trace_id)?.revise(received);
                self.last_seq = seq;
            }
            Comparison::Different if !has_room => return Ok(Some(Reason::TraceFull)),
            Comparison::Different if stored.len() >= MAX_VARIANTS => {
                return Ok(Some(Reason::IdReused));
            }
            Comparison::Different => {
                let last = stored.last().map_or(FIRST_VARIANT - 1, |last| last.variant);
                insert(statement, span, last + 1, ids)?;
                self.trace_update(span.trace_id)?
                    .add(origin, &span.body, received);
                self.last_seq = seq;
            }
        }
        Ok(None)
    }

    /// Compares a span with the stored ones of the same id.
    fn compare(
        &mut self,
        span: &ReceivedSpan,
        origin: i64,
        stored: &[StoredSpan],
    ) -> rusqlite::Result<Comparison> {
        // Most duplicates are retries, which need no decoding.
        let is_same = |stored: &StoredSpan| stored.origin == origin && stored.body == span.body;
        if stored.iter().any(is_same) {
            return Ok(Comparison::Duplicate);
        }
        let new = self.decode(origin, span.body.clone())?;
        for stored in stored {
            let previous = stored.seq;
            // A damaged span is not a version of any other.
            let Ok(old) = self.decode(stored.origin, stored.body.clone()) else {
                continue;
            };
            let may_be_revised = old.kind == new.kind || old.start_unix_nano == new.start_unix_nano;
            if span.is_revision && may_be_revised {
                return Ok(Comparison::Newer { previous });
            }
            if old.is_same_operation(&new) {
                let is_newer = new.supersedes(&old);
                return Ok(if is_newer {
                    Comparison::Newer { previous }
                } else {
                    Comparison::Duplicate
                });
            }
        }
        Ok(Comparison::Different)
    }

    fn decode(&mut self, origin: i64, body: Bytes) -> rusqlite::Result<Span> {
        spans::decode(body, &self.origins.decoded(self.connection, origin)?)
    }

    fn trace_update(&mut self, id: TraceId) -> rusqlite::Result<&mut TraceUpdate> {
        if !self.traces.contains_key(&id) {
            let trace = match TraceUpdate::stored(self.connection, id)? {
                Some(stored) => stored,
                None => TraceUpdate::new(self.next_trace()?, self.client()?),
            };
            self.traces.insert(id, trace);
        }
        let missing = rusqlite::Error::QueryReturnedNoRows;
        self.traces.get_mut(&id).ok_or(missing)
    }

    fn client(&mut self) -> rusqlite::Result<i64> {
        let (address, origin) = self.sender;
        let (resource, _) = self.origins.decoded(self.connection, origin)?;
        self.clients
            .id(self.connection, address, resource.service())
    }

    fn next_trace(&mut self) -> rusqlite::Result<i64> {
        let last = match self.last_trace {
            Some(last) => last,
            None => newest_trace(self.connection)?,
        };
        self.last_trace = Some(last + 1);
        Ok(last + 1)
    }

    /// Writes the rows of all changed traces.
    pub(super) fn finish(self) -> rusqlite::Result<Inserted> {
        self.origins.mark_used(self.connection, self.last_seq)?;
        let numbering = "UPDATE numbering SET last_seq = ?";
        self.connection
            .prepare_cached(numbering)?
            .execute([self.last_seq])?;
        let mut inserted = Inserted {
            last_seq: self.last_seq,
            ..Inserted::default()
        };
        let is_busy = self.requests > BUSY_REQUESTS;
        for (id, trace) in self.traces {
            inserted.count(&trace);
            inserted.usage.push((trace.client, trace.added_usage()));
            let summary = trace.write(self.connection, (id, is_busy, self.aged), self.origins)?;
            inserted.summaries.extend(summary);
        }
        Ok(inserted)
    }
}

fn newest_trace(connection: &Connection) -> rusqlite::Result<i64> {
    let sql = "SELECT coalesce(max(number), 0) FROM trace";
    connection
        .prepare_cached(sql)?
        .query_row([], |row| row.get(0))
}

/// The numbers of a span's row, and of the rows that it names.
#[derive(Clone, Copy)]
struct RowIds {
    trace: i64,
    origin: i64,
    seq: i64,
}

/// A stored span that has the same ids as a received one.
struct StoredSpan {
    seq: i64,
    variant: i64,
    origin: i64,
    body: Bytes,
}

/// How a received span compares with the stored ones of the same id.
enum Comparison {
    /// The span or a later version of it is stored.
    Duplicate,
    /// The span is a later version of the one with the number `previous`.
    Newer { previous: i64 },
    /// The span is another operation.
    Different,
}

/// Inserts a span with the statement [`INSERT`]. Returns false if the id has this variant already.
fn insert(
    statement: &mut CachedStatement<'_>,
    span: &ReceivedSpan,
    variant: i64,
    ids: RowIds,
) -> rusqlite::Result<bool> {
    let crc = damage::checksum(ids.trace, &span.span_id, &span.body);
    let values = params![
        ids.seq,
        ids.trace,
        span.span_id,
        variant,
        ids.origin,
        &*span.body,
        crc,
        span.local_only
    ];
    Ok(statement.execute(values)? == 1)
}

/// Replaces the span with the number `previous`.
fn revise(
    connection: &Connection,
    span: &ReceivedSpan,
    previous: i64,
    ids: RowIds,
) -> rusqlite::Result<()> {
    connection.prepare_cached(REVISE)?.execute(named_params! {
        ":seq": ids.seq,
        ":origin": ids.origin,
        ":body": &*span.body,
        ":crc": damage::checksum(ids.trace, &span.span_id, &span.body),
        ":local_only": span.local_only,
        ":previous": previous,
    })?;
    connection.prepare_cached(RENUMBER)?.execute([previous])?;
    Ok(())
}

fn with_id(
    connection: &Connection,
    trace: i64,
    span: &ReceivedSpan,
) -> rusqlite::Result<Vec<StoredSpan>> {
    let mut statement = connection.prepare_cached(WITH_ID)?;
    let stored = statement.query_map(params![trace, span.span_id], |row| {
        Ok(StoredSpan {
            seq: row.get(0)?,
            variant: row.get(1)?,
            origin: row.get(2)?,
            body: row.get::<_, Vec<u8>>(3)?.into(),
        })
    })?;
    stored.collect()
}

/// The changes of a transaction.
#[derive(Default)]
pub(super) struct Inserted {
    pub(super) last_seq: i64,
    pub(super) new_spans: u64,
    pub(super) new_traces: u64,
    /// The usage that each client added.
    pub(super) usage: Vec<(i64, Usage)>,
    pub(super) summaries: Vec<TraceSummary>,
    pub(super) logs: InsertedLogs,
}

impl Inserted {
    fn count(&mut self, trace: &TraceUpdate) {
        self.new_spans += trace.added_spans();
        self.new_traces += u64::from(trace.is_new() && trace.added_spans() > 0);
    }
}
