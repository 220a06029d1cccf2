//! Adds a batch within the writer's transaction: new spans, their origins, their traces' rows.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, named_params, params};
use trace_model::{TraceId, TraceSummary};

use super::{
    damage,
    origins::Origins,
    touched::{Bounds, Touched},
};
use crate::decode::{Batch, Reason, ReceivedSpan, Rejections};

const SPAN: &str = "INSERT INTO span (seq, trace, span_id, origin, body, crc, stays)
    VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (trace, span_id) DO NOTHING";

/// The new version is numbered anew: a sink may have sent the former one, or be about to.
const REVISED: &str = "UPDATE span
    SET seq = :seq, origin = :origin, body = :body, crc = :crc, stays = :stays
    WHERE seq = :former";

const STORED: &str = "SELECT seq FROM span WHERE trace = ? AND span_id = ?";

const MOVED: &str = "INSERT INTO moved (seq) VALUES (?)";

/// With more requests than this waiting, a trace that grows is not summed up with each of
/// them, but once for all that came meanwhile.
const BUSY_REQUESTS: usize = 4;

/// One transaction's work: several batches, each trace's row written once at the end.
pub(super) struct Insertion<'a> {
    connection: &'a Connection,
    /// The number of the newest span.
    last_seq: i64,
    bounds: Bounds,
    origins: Origins,
    traces: HashMap<TraceId, Touched>,
    /// The number of the newest trace, once one was needed.
    last_trace: Option<i64>,
    requests: usize,
}

impl<'a> Insertion<'a> {
    pub(super) fn new(connection: &'a Connection, last_seq: i64, bounds: Bounds) -> Self {
        Self {
            connection,
            last_seq,
            bounds,
            origins: Origins::default(),
            traces: HashMap::new(),
            last_trace: None,
            requests: 0,
        }
    }

    /// What of the batch was not added.
    pub(super) fn add(&mut self, batch: Batch, received: i64) -> rusqlite::Result<Rejections> {
        self.requests += 1;
        let mut rejections = Rejections::default();
        for (origin, spans) in batch {
            if spans.is_empty() {
                continue;
            }
            let origin = self.origins.id(self.connection, origin, self.last_seq)?;
            for span in spans {
                if !self.add_span(&span, origin, received)? {
                    rejections.count(Reason::TraceFull);
                }
            }
        }
        Ok(rejections)
    }

    /// False when its trace has no room for it.
    fn add_span(
        &mut self,
        span: &ReceivedSpan,
        origin: i64,
        received: i64,
    ) -> rusqlite::Result<bool> {
        let seq = self.last_seq + 1;
        let connection = self.connection;
        let bounds = self.bounds;
        let trace = self.touched(span.trace_id)?;
        if span.revises && revise(connection, span, (trace.number, origin, seq))? {
            trace.was_revised(received);
            self.last_seq = seq;
            return Ok(true);
        }
        if !trace.has_room(span, bounds) {
            return Ok(stored(connection, trace.number, span)?.is_some());
        }
        if insert(connection, span, (trace.number, origin, seq))? {
            trace.grew(origin, &span.body, received);
            self.last_seq = seq;
        }
        Ok(true)
    }

    fn touched(&mut self, id: TraceId) -> rusqlite::Result<&mut Touched> {
        if !self.traces.contains_key(&id) {
            let trace = match Touched::stored(self.connection, id)? {
                Some(stored) => stored,
                None => Touched::new(self.next_trace()?),
            };
            self.traces.insert(id, trace);
        }
        let missing = rusqlite::Error::QueryReturnedNoRows;
        self.traces.get_mut(&id).ok_or(missing)
    }

    fn next_trace(&mut self) -> rusqlite::Result<i64> {
        let last = match self.last_trace {
            Some(last) => last,
            None => newest_trace(self.connection)?,
        };
        self.last_trace = Some(last + 1);
        Ok(last + 1)
    }

    /// Writes the rows of all traces that grew.
    pub(super) fn finish(mut self) -> rusqlite::Result<Inserted> {
        self.origins.mark_used(self.connection, self.last_seq)?;
        let numbering = "UPDATE numbering SET last_seq = ?";
        self.connection
            .prepare_cached(numbering)?
            .execute([self.last_seq])?;
        let mut inserted = Inserted {
            last_seq: self.last_seq,
            ..Inserted::default()
        };
        let busy = self.requests > BUSY_REQUESTS;
        for (id, trace) in self.traces {
            inserted.count(&trace);
            let summary = trace.write(self.connection, (id, busy), &mut self.origins)?;
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

/// Trace, origin, number.
type Place = (i64, i64, i64);

/// False when it is there already.
fn insert(
    connection: &Connection,
    span: &ReceivedSpan,
    (trace, origin, seq): Place,
) -> rusqlite::Result<bool> {
    let mut statement = connection.prepare_cached(SPAN)?;
    let crc = damage::checksum(trace, &span.span_id, &span.body);
    let values = params![
        seq,
        trace,
        span.span_id,
        origin,
        &*span.body,
        crc,
        span.stays
    ];
    Ok(statement.execute(values)? == 1)
}

/// False when there is nothing to revise.
fn revise(
    connection: &Connection,
    span: &ReceivedSpan,
    (trace, origin, seq): Place,
) -> rusqlite::Result<bool> {
    let Some(former) = stored(connection, trace, span)? else {
        return Ok(false);
    };
    connection.prepare_cached(REVISED)?.execute(named_params! {
        ":seq": seq,
        ":origin": origin,
        ":body": &*span.body,
        ":crc": damage::checksum(trace, &span.span_id, &span.body),
        ":stays": span.stays,
        ":former": former,
    })?;
    connection.prepare_cached(MOVED)?.execute([former])?;
    Ok(true)
}

/// The span's number, if it is there.
fn stored(
    connection: &Connection,
    trace: i64,
    span: &ReceivedSpan,
) -> rusqlite::Result<Option<i64>> {
    let mut statement = connection.prepare_cached(STORED)?;
    let seq = statement.query_row(params![trace, span.span_id], |row| row.get(0));
    seq.optional()
}

/// What a transaction changed.
#[derive(Default)]
pub(super) struct Inserted {
    pub(super) last_seq: i64,
    pub(super) new_spans: u64,
    pub(super) new_traces: u64,
    pub(super) summaries: Vec<TraceSummary>,
}

impl Inserted {
    fn count(&mut self, trace: &Touched) {
        self.new_spans += trace.added();
        self.new_traces += u64::from(trace.is_new() && trace.added() > 0);
    }
}
