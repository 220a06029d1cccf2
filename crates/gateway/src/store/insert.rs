//! Adds a batch within the writer's transaction: new spans, their origins, their traces' rows.

use std::{collections::HashMap, net::IpAddr};

use bytes::Bytes;
use rusqlite::{Connection, named_params, params};
use trace_model::{Span, TraceId, TraceSummary};

use super::{
    clients::{Clients, Weight},
    damage,
    origins::Origins,
    spans,
    touched::{Bounds, Touched},
};
use crate::decode::{Batch, Reason, ReceivedSpan, Rejections};

const SPAN: &str = "INSERT INTO span (seq, trace, span_id, variant, origin, body, crc, stays)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (trace, span_id, variant) DO NOTHING";

/// The new version is numbered anew: a sink may have sent the former one, or be about to.
const REVISED: &str = "UPDATE span
    SET seq = :seq, origin = :origin, body = :body, crc = :crc, stays = :stays
    WHERE seq = :former";

const WITH_ID: &str = "SELECT seq, variant, origin, body FROM span
    WHERE trace = ? AND span_id = ? ORDER BY variant";

/// The first span of an id. Most ids have no other.
const FIRST: i64 = 0;

/// Spans that may have one id in a trace. Both sides of a call do, and a sender whose ids are
/// not random has more. Each is compared with the next that comes.
const MAX_SPANS_WITH_ONE_ID: usize = 16;

const MOVED: &str = "INSERT INTO moved (seq) VALUES (?)";

/// With more requests than this waiting, a trace that grows is not summed up with each of
/// them, but once for all that came meanwhile.
const BUSY_REQUESTS: usize = 4;

/// One transaction's work: several batches, each trace's row written once at the end.
pub(super) struct Insertion<'a> {
    connection: &'a Connection,
    clients: &'a mut Clients,
    /// Who sends at present: an address, and the origin that names the service.
    sender: (Option<IpAddr>, i64),
    /// The number of the newest span.
    last_seq: i64,
    bounds: Bounds,
    origins: Origins,
    traces: HashMap<TraceId, Touched>,
    /// The number of the newest trace, once one was needed.
    last_trace: Option<i64>,
    requests: usize,
    /// The time by which traces age.
    aged: i64,
}

impl<'a> Insertion<'a> {
    pub(super) fn new(
        (connection, clients): (&'a Connection, &'a mut Clients),
        last_seq: i64,
        bounds: Bounds,
        aged: i64,
    ) -> Self {
        Self {
            connection,
            clients,
            sender: (None, 0),
            last_seq,
            bounds,
            origins: Origins::default(),
            traces: HashMap::new(),
            last_trace: None,
            requests: 0,
            aged,
        }
    }

    /// What of the batch was not added.
    pub(super) fn add(
        &mut self,
        (batch, received, address): (Batch, i64, Option<IpAddr>),
    ) -> rusqlite::Result<Rejections> {
        self.requests += 1;
        let mut rejections = Rejections::default();
        for (origin, spans) in batch {
            if spans.is_empty() {
                continue;
            }
            let origin = self.origins.id(self.connection, origin, self.last_seq)?;
            self.sender = (address, origin);
            for span in spans {
                if let Some(reason) = self.add_span(&span, origin, received)? {
                    rejections.count(reason);
                }
            }
        }
        Ok(rejections)
    }

    /// Why it was not stored, if it was not. One that is there already is stored.
    fn add_span(
        &mut self,
        span: &ReceivedSpan,
        origin: i64,
        received: i64,
    ) -> rusqlite::Result<Option<Reason>> {
        let (seq, connection, bounds) = (self.last_seq + 1, self.connection, self.bounds);
        let trace = self.touched(span.trace_id)?;
        let (number, has_room) = (trace.number, trace.has_room(span, bounds));
        let place = (number, origin, seq);
        if has_room && !span.revises && insert(connection, span, FIRST, place)? {
            trace.grew(origin, &span.body, received);
            self.last_seq = seq;
            return Ok(None);
        }
        let known = with_id(connection, number, span)?;
        match self.relation(span, origin, &known)? {
            Relation::Stored => {}
            Relation::Newer { former } => {
                revise(connection, span, former, place)?;
                self.touched(span.trace_id)?.was_revised(received);
                self.last_seq = seq;
            }
            Relation::Other if !has_room => return Ok(Some(Reason::TraceFull)),
            Relation::Other if known.len() >= MAX_SPANS_WITH_ONE_ID => {
                return Ok(Some(Reason::IdReused));
            }
            Relation::Other => {
                let last = known.last().map_or(FIRST - 1, |known| known.variant);
                insert(connection, span, last + 1, place)?;
                self.touched(span.trace_id)?
                    .grew(origin, &span.body, received);
                self.last_seq = seq;
            }
        }
        Ok(None)
    }

    /// What a span is to those that are stored under its ids.
    fn relation(
        &mut self,
        span: &ReceivedSpan,
        origin: i64,
        known: &[Known],
    ) -> rusqlite::Result<Relation> {
        // A retry, mostly.
        let is_same = |known: &&Known| known.origin == origin && known.body == span.body;
        if known.iter().any(|known| is_same(&known)) {
            return Ok(Relation::Stored);
        }
        let new = self.value(origin, span.body.clone())?;
        for known in known {
            let former = known.seq;
            // One that a disk has damaged is no version of anything.
            let Ok(stored) = self.value(known.origin, known.body.clone()) else {
                continue;
            };
            let may_be_revised =
                stored.kind == new.kind || stored.start_unix_nano == new.start_unix_nano;
            if span.revises && may_be_revised {
                return Ok(Relation::Newer { former });
            }
            if stored.is_same_operation(&new) {
                let is_newer = new.supersedes(&stored);
                return Ok(if is_newer {
                    Relation::Newer { former }
                } else {
                    Relation::Stored
                });
            }
        }
        Ok(Relation::Other)
    }

    fn value(&mut self, origin: i64, body: Bytes) -> rusqlite::Result<Span> {
        spans::value(body, &self.origins.values(self.connection, origin)?)
    }

    fn touched(&mut self, id: TraceId) -> rusqlite::Result<&mut Touched> {
        if !self.traces.contains_key(&id) {
            let trace = match Touched::stored(self.connection, id)? {
                Some(stored) => stored,
                None => Touched::new(self.next_trace()?, self.client()?),
            };
            self.traces.insert(id, trace);
        }
        let missing = rusqlite::Error::QueryReturnedNoRows;
        self.traces.get_mut(&id).ok_or(missing)
    }

    fn client(&mut self) -> rusqlite::Result<i64> {
        let (address, origin) = self.sender;
        let (resource, _) = self.origins.values(self.connection, origin)?;
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
            inserted.grown.push((trace.client, trace.growth()));
            let summary = trace.write(self.connection, (id, busy, self.aged), &mut self.origins)?;
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

/// A stored span with the ids of one that came.
struct Known {
    seq: i64,
    variant: i64,
    origin: i64,
    body: Bytes,
}

/// What a span is to the stored ones of its id.
enum Relation {
    /// It is there, or a later version of it is.
    Stored,
    /// It tells more than the version with this number.
    Newer { former: i64 },
    /// It is another span.
    Other,
}

/// False when the place in the id's order is taken.
fn insert(
    connection: &Connection,
    span: &ReceivedSpan,
    variant: i64,
    (trace, origin, seq): Place,
) -> rusqlite::Result<bool> {
    let mut statement = connection.prepare_cached(SPAN)?;
    let crc = damage::checksum(trace, &span.span_id, &span.body);
    let values = params![
        seq,
        trace,
        span.span_id,
        variant,
        origin,
        &*span.body,
        crc,
        span.stays
    ];
    Ok(statement.execute(values)? == 1)
}

fn revise(
    connection: &Connection,
    span: &ReceivedSpan,
    former: i64,
    (trace, origin, seq): Place,
) -> rusqlite::Result<()> {
    connection.prepare_cached(REVISED)?.execute(named_params! {
        ":seq": seq,
        ":origin": origin,
        ":body": &*span.body,
        ":crc": damage::checksum(trace, &span.span_id, &span.body),
        ":stays": span.stays,
        ":former": former,
    })?;
    connection.prepare_cached(MOVED)?.execute([former])?;
    Ok(())
}

fn with_id(
    connection: &Connection,
    trace: i64,
    span: &ReceivedSpan,
) -> rusqlite::Result<Vec<Known>> {
    let mut statement = connection.prepare_cached(WITH_ID)?;
    let known = statement.query_map(params![trace, span.span_id], |row| {
        Ok(Known {
            seq: row.get(0)?,
            variant: row.get(1)?,
            origin: row.get(2)?,
            body: row.get::<_, Vec<u8>>(3)?.into(),
        })
    })?;
    known.collect()
}

/// What a transaction changed.
#[derive(Default)]
pub(super) struct Inserted {
    pub(super) last_seq: i64,
    pub(super) new_spans: u64,
    pub(super) new_traces: u64,
    /// By client.
    pub(super) grown: Vec<(i64, Weight)>,
    pub(super) summaries: Vec<TraceSummary>,
}

impl Inserted {
    fn count(&mut self, trace: &Touched) {
        self.new_spans += trace.added();
        self.new_traces += u64::from(trace.is_new() && trace.added() > 0);
    }
}
