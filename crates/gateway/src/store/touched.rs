//! A trace that a transaction sends spans to: whether it has room, and its row in the end.

use bytes::Bytes;
use rusqlite::{Connection, OptionalExtension};
use trace_model::{TraceId, TraceSummary};

use super::{
    clients::Weight,
    listing::Known,
    origins::Origins,
    rows::{self, Growth},
    spans::{self, Values},
};
use crate::decode::ReceivedSpan;

const STORED: &str = "SELECT number, span_count, bytes, start, client FROM trace WHERE id = ?";

/// A larger trace is summarized outside of the writer, and not with each request: reading all
/// of its spans for each new one would make a trace that grows span by span quadratic.
const MAX_INLINE_SPANS: u64 = 64;
const MAX_INLINE_BYTES: u64 = 64 << 10;

/// How much one trace may hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) spans: u64,
    pub(super) bytes: u64,
}

pub(super) struct Touched {
    pub(super) number: i64,
    /// Who sent it first.
    pub(super) client: i64,
    /// What was there before: spans, and bytes of their bodies.
    known: Bounds,
    added: Bounds,
    listed: Known,
    /// When the last span came that changed the trace; none did so far.
    received: Option<i64>,
    /// All of its spans with their origins; none when some are in the store only.
    spans: Option<Vec<(i64, Bytes)>>,
}

const NOTHING: Bounds = Bounds { spans: 0, bytes: 0 };

impl Touched {
    pub(super) const fn new(number: i64, client: i64) -> Self {
        Self {
            number,
            client,
            known: NOTHING,
            added: NOTHING,
            listed: Known::New,
            received: None,
            spans: Some(Vec::new()),
        }
    }

    pub(super) fn stored(connection: &Connection, id: TraceId) -> rusqlite::Result<Option<Self>> {
        let mut statement = connection.prepare_cached(STORED)?;
        let stored = statement.query_row([id.to_bytes()], |row| {
            Ok(Self {
                known: Bounds {
                    spans: row.get(1)?,
                    bytes: row.get(2)?,
                },
                listed: Known::Listed(row.get(3)?),
                spans: None,
                ..Self::new(row.get(0)?, row.get(4)?)
            })
        });
        stored.optional()
    }

    pub(super) const fn is_new(&self) -> bool {
        self.known.spans == 0
    }

    pub(super) const fn added(&self) -> u64 {
        self.added.spans
    }

    /// What came in this transaction.
    pub(super) fn growth(&self) -> Weight {
        Weight {
            bytes: self.added.bytes,
            spans: self.added.spans,
            traces: u64::from(self.is_new() && self.added.spans > 0),
        }
    }

    pub(super) const fn has_room(&self, span: &ReceivedSpan, bounds: Bounds) -> bool {
        let bytes = self.known.bytes + self.added.bytes + span.body.len() as u64;
        self.known.spans + self.added.spans < bounds.spans && bytes <= bounds.bytes
    }

    pub(super) fn grew(&mut self, origin: i64, body: &Bytes, received: i64) {
        self.added.spans += 1;
        self.added.bytes += body.len() as u64;
        self.received = Some(received);
        if let Some(spans) = &mut self.spans {
            spans.push((origin, body.clone()));
        }
    }

    pub(super) fn was_revised(&mut self, received: i64) {
        self.received = Some(received);
        self.spans = None;
    }

    /// Its spans would have to be read again, by a writer who is `busy` or in large numbers.
    const fn is_for_later(&self, busy: bool) -> bool {
        let is_large = self.known.spans >= MAX_INLINE_SPANS || self.known.bytes >= MAX_INLINE_BYTES;
        is_large || busy && !self.is_new()
    }

    /// Writes the trace's row, if it changed, at a time by which traces age; what the row says, if that is known now.
    pub(super) fn write(
        self,
        connection: &Connection,
        (id, busy, aged): (TraceId, bool, i64),
        origins: &mut Origins,
    ) -> rusqlite::Result<Option<TraceSummary>> {
        let Some(received) = self.received else {
            return Ok(None);
        };
        if self.is_for_later(busy) {
            let growth = Growth {
                spans: self.added.spans,
                bytes: self.added.bytes,
                received: aged,
            };
            rows::count(connection, self.number, growth)?;
            return Ok(None);
        }
        let values = match self.spans {
            Some(spans) => values(connection, spans, origins)?,
            None => spans::values(connection, self.number, origins)?,
        };
        let row = rows::Row {
            number: self.number,
            client: self.client,
            received: aged,
            now: received,
            known: self.listed,
        };
        rows::write(connection, id, values, row).map(Some)
    }
}

fn values(
    connection: &Connection,
    spans: Vec<(i64, Bytes)>,
    origins: &mut Origins,
) -> rusqlite::Result<Values> {
    let mut values = Values::default();
    for span in spans {
        values.add(connection, span, origins)?;
    }
    Ok(values)
}
