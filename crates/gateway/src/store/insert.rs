//! Adds a batch within the writer's transaction: new spans, their origins, their traces' rows.

use std::collections::{HashMap, hash_map::Entry};

use rusqlite::{Connection, OptionalExtension, named_params, params};
use trace_model::{TraceId, TraceSummary};

use super::{damage, rows};
use crate::{
    decode::{Batch, Reason, ReceivedSpan, Rejections},
    wire::Origin,
};

const SPAN: &str = "INSERT INTO span (seq, trace_id, span_id, origin, body, crc, stays)
    VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (trace_id, span_id) DO NOTHING";

/// A sink that has sent the former version has to see the new one, which is then numbered anew.
const REVISED: &str = "UPDATE span SET origin = :origin, body = :body, crc = :crc, stays = :stays,
        seq = iif(seq > (SELECT coalesce(max(cursor), 0) FROM sink), seq, :seq)
    WHERE trace_id = :trace_id AND span_id = :span_id RETURNING seq";

const STORED: &str = "SELECT 1 FROM span WHERE trace_id = ? AND span_id = ?";

const ORIGIN: &str = "INSERT INTO origin
        (resource, resource_schema_url, scope, scope_schema_url, last_seq)
    VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET last_seq = excluded.last_seq
    RETURNING id";

const ORIGIN_USED: &str = "UPDATE origin SET last_seq = ? WHERE id = ?";

/// One transaction's work: several batches, each trace summed up once at the end.
pub(super) struct Insertion<'a> {
    connection: &'a Connection,
    /// The number of the newest span.
    last_seq: i64,
    max_trace_spans: u64,
    origins: HashMap<Origin, i64>,
    traces: HashMap<TraceId, Touched>,
}

/// A trace that was sent spans.
#[derive(Default)]
struct Touched {
    /// Spans that were there before.
    known: u64,
    added: u64,
    /// When the last one came that changed the trace; none did so far.
    received: Option<i64>,
}

impl<'a> Insertion<'a> {
    pub(super) fn new(connection: &'a Connection, last_seq: i64, max_trace_spans: u64) -> Self {
        Self {
            connection,
            last_seq,
            max_trace_spans,
            origins: HashMap::new(),
            traces: HashMap::new(),
        }
    }

    /// What of the batch was not added.
    pub(super) fn add(&mut self, batch: Batch, received: i64) -> rusqlite::Result<Rejections> {
        let mut rejections = Rejections::default();
        for (origin, spans) in batch {
            if spans.is_empty() {
                continue;
            }
            let origin = self.origin(origin)?;
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
        if span.revises && self.revise(span, origin, received)? {
            return Ok(true);
        }
        let trace = touched(&mut self.traces, self.connection, span.trace_id)?;
        if trace.known + trace.added >= self.max_trace_spans {
            return self.is_stored(span);
        }
        let seq = self.last_seq + 1;
        let trace_id = span.trace_id.to_bytes();
        let mut statement = self.connection.prepare_cached(SPAN)?;
        let crc = damage::checksum(&trace_id, &span.span_id, &span.body);
        let values = params![
            seq,
            trace_id,
            span.span_id,
            origin,
            &*span.body,
            crc,
            span.stays
        ];
        let added = statement.execute(values)?;
        if added == 1 {
            self.last_seq = seq;
            trace.added += 1;
            trace.received = Some(received);
        }
        Ok(true)
    }

    fn is_stored(&self, span: &ReceivedSpan) -> rusqlite::Result<bool> {
        let mut statement = self.connection.prepare_cached(STORED)?;
        statement.exists(params![span.trace_id.to_bytes(), span.span_id])
    }

    /// False when there is nothing to revise.
    fn revise(
        &mut self,
        span: &ReceivedSpan,
        origin: i64,
        received: i64,
    ) -> rusqlite::Result<bool> {
        let trace_id = span.trace_id.to_bytes();
        let mut statement = self.connection.prepare_cached(REVISED)?;
        let seq = statement.query_row(
            named_params! {
                ":origin": origin,
                ":body": &*span.body,
                ":crc": damage::checksum(&trace_id, &span.span_id, &span.body),
                ":stays": span.stays,
                ":seq": self.last_seq + 1,
                ":trace_id": trace_id,
                ":span_id": span.span_id,
            },
            |row| row.get::<_, i64>(0),
        );
        let Some(seq) = seq.optional()? else {
            return Ok(false);
        };
        self.last_seq = self.last_seq.max(seq);
        touched(&mut self.traces, self.connection, span.trace_id)?.received = Some(received);
        Ok(true)
    }

    fn origin(&mut self, origin: Origin) -> rusqlite::Result<i64> {
        if let Some(id) = self.origins.get(&origin) {
            return Ok(*id);
        }
        let mut statement = self.connection.prepare_cached(ORIGIN)?;
        let id = statement.query_row(
            params![
                &*origin.resource,
                origin.resource_schema_url,
                &*origin.scope,
                origin.scope_schema_url,
                self.last_seq
            ],
            |row| row.get(0),
        )?;
        self.origins.insert(origin, id);
        Ok(id)
    }

    /// Writes the rows of all traces that grew.
    pub(super) fn finish(self) -> rusqlite::Result<Inserted> {
        self.mark_origins()?;
        let numbering = "UPDATE numbering SET last_seq = ?";
        self.connection
            .prepare_cached(numbering)?
            .execute([self.last_seq])?;
        let mut inserted = Inserted {
            last_seq: self.last_seq,
            ..Inserted::default()
        };
        for (id, trace) in &self.traces {
            if let Some(received) = trace.received {
                self.grow(*id, trace, received, &mut inserted)?;
            }
        }
        Ok(inserted)
    }

    fn grow(
        &self,
        id: TraceId,
        trace: &Touched,
        received: i64,
        inserted: &mut Inserted,
    ) -> rusqlite::Result<()> {
        inserted.new_spans += trace.added;
        inserted.new_traces += u64::from(trace.known == 0);
        if trace.known >= rows::LARGE {
            return rows::count(self.connection, id, trace.added, received);
        }
        let summary = rows::sum_up(self.connection, id, received)?;
        inserted.summaries.push(summary);
        Ok(())
    }

    /// An origin may go when all spans up to its last use are gone.
    fn mark_origins(&self) -> rusqlite::Result<()> {
        let mut statement = self.connection.prepare_cached(ORIGIN_USED)?;
        for id in self.origins.values() {
            statement.execute(params![self.last_seq, id])?;
        }
        Ok(())
    }
}

fn touched<'a>(
    traces: &'a mut HashMap<TraceId, Touched>,
    connection: &Connection,
    id: TraceId,
) -> rusqlite::Result<&'a mut Touched> {
    Ok(match traces.entry(id) {
        Entry::Occupied(entry) => entry.into_mut(),
        Entry::Vacant(entry) => entry.insert(Touched {
            known: rows::span_count(connection, id)?,
            ..Touched::default()
        }),
    })
}

/// What a transaction changed.
#[derive(Default)]
pub(super) struct Inserted {
    pub(super) last_seq: i64,
    pub(super) new_spans: u64,
    pub(super) new_traces: u64,
    pub(super) summaries: Vec<TraceSummary>,
}
