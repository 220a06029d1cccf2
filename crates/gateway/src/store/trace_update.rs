//! A trace that gets spans in a transaction: whether it has room, and its row at the end.

use bytes::Bytes;
use rusqlite::{Connection, OptionalExtension};
use trace_model::{TraceId, TraceSummary};

use super::{
    clients::Usage,
    origins::Origins,
    spans::{self, TraceSpans},
    trace_row::{self, Columns, Delta, RowKey},
};
use crate::decode::ReceivedSpan;

const STORED: &str =
    "SELECT number, span_count, bytes, start, client, received FROM trace WHERE id = ?";

/// How much older the stored time of arrival may be than the newest span, in nanoseconds. Traces
/// age by hours.
const MAX_RECEIVED_AGE_NANOS: i64 = 1_000_000_000;

/// A larger trace is summarized outside of the writer. Reading all spans for each new one would
/// take quadratic time for a trace that grows span by span.
const MAX_INLINE_SPANS: u64 = 64;
const MAX_INLINE_BYTES: u64 = 64 << 10;

/// The size of a trace, or its limit.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TraceSize {
    pub(super) spans: u64,
    /// The size of the spans' bodies.
    pub(super) bytes: u64,
}

pub(super) struct TraceUpdate {
    pub(super) number: i64,
    /// The client that sent the trace's first span.
    pub(super) client: i64,
    /// The size before this transaction.
    stored: TraceSize,
    added: TraceSize,
    listed_start: Option<i64>,
    /// The stored time of arrival, in the time by which traces age.
    stored_received: Option<i64>,
    /// When the last span that changed the trace arrived, in the system's time. `None` without
    /// changes.
    received: Option<i64>,
    /// All spans of the trace with their origins. `None` if some are only in the store.
    spans: Option<Vec<(i64, Bytes)>>,
}

impl TraceUpdate {
    pub(super) fn new(number: i64, client: i64) -> Self {
        Self {
            number,
            client,
            stored: TraceSize::default(),
            added: TraceSize::default(),
            listed_start: None,
            stored_received: None,
            received: None,
            spans: Some(Vec::new()),
        }
    }

    /// Returns the update of a trace that is in the store.
    pub(super) fn stored(connection: &Connection, id: TraceId) -> rusqlite::Result<Option<Self>> {
        let mut statement = connection.prepare_cached(STORED)?;
        let stored = statement.query_row([id.to_bytes()], |row| {
            Ok(Self {
                stored: TraceSize {
                    spans: row.get(1)?,
                    bytes: row.get(2)?,
                },
                listed_start: Some(row.get(3)?),
                stored_received: Some(row.get(5)?),
                spans: None,
                ..Self::new(row.get(0)?, row.get(4)?)
            })
        });
        stored.optional()
    }

    pub(super) const fn is_new(&self) -> bool {
        self.stored.spans == 0
    }

    pub(super) const fn added_spans(&self) -> u64 {
        self.added.spans
    }

    /// Returns the usage that this transaction adds.
    pub(super) fn added_usage(&self) -> Usage {
        Usage {
            bytes: self.added.bytes,
            spans: self.added.spans,
            traces: u64::from(self.is_new() && self.added.spans > 0),
            logs: 0,
        }
    }

    pub(super) const fn has_room(&self, span: &ReceivedSpan, limit: TraceSize) -> bool {
        let bytes = self.stored.bytes + self.added.bytes + span.body.len() as u64;
        self.stored.spans + self.added.spans < limit.spans && bytes <= limit.bytes
    }

    pub(super) fn add(&mut self, origin: i64, body: &Bytes, received: i64) {
        self.added.spans += 1;
        self.added.bytes += body.len() as u64;
        self.received = Some(received);
        if let Some(spans) = &mut self.spans {
            spans.push((origin, body.clone()));
        }
    }

    /// A stored span was replaced by a later version.
    pub(super) fn revise(&mut self, received: i64) {
        self.received = Some(received);
        self.spans = None;
    }

    /// Whether the summarizer is to update the row: the trace's spans would have to be read
    /// again, and there are many of them or the writer is busy.
    const fn is_deferred(&self, is_busy: bool) -> bool {
        let is_large =
            self.stored.spans >= MAX_INLINE_SPANS || self.stored.bytes >= MAX_INLINE_BYTES;
        is_large || is_busy && !self.is_new()
    }

    /// Writes the trace's row if the trace changed. Returns the new summary, unless that is left
    /// to the summarizer. `aged` is the time by which traces age.
    pub(super) fn write(
        self,
        connection: &Connection,
        (id, is_busy, aged): (TraceId, bool, i64),
        origins: &mut Origins,
    ) -> rusqlite::Result<Option<TraceSummary>> {
        let Some(received) = self.received else {
            return Ok(None);
        };
        if self.is_deferred(is_busy) {
            let is_recent = |stored: i64| aged.saturating_sub(stored) < MAX_RECEIVED_AGE_NANOS;
            let delta = Delta {
                spans: self.added.spans,
                bytes: self.added.bytes,
                received: (!self.stored_received.is_some_and(is_recent)).then_some(aged),
            };
            trace_row::count(connection, self.number, delta)?;
            return Ok(None);
        }
        let values = match self.spans {
            Some(spans) => TraceSpans::decode(connection, spans, origins)?,
            None => spans::of_trace(connection, self.number, origins)?,
        };
        let columns = Columns::summarize(id, values, received, self.listed_start);
        let key = RowKey {
            number: self.number,
            client: self.client,
            received: aged,
            stored_start: self.listed_start,
        };
        columns.upsert(connection, &key).map(Some)
    }
}
