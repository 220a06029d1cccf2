//! Reads the next batch of a sink, spans or log records, skipping damaged ones.
//!
//! A record with a wrong checksum is left out. A page that SQLite cannot read fails the whole
//! query. Then the records are read one by one, and those that fail are left out.

use std::collections::HashSet;

use bytes::Bytes;
use rusqlite::{Connection, Row, params};

use super::{damage, origins, spans};
use crate::{decode::Signal, wire};

const AFTER_CURSOR: &str = "SELECT origin, body, trace, span_id, crc, seq, local_only FROM span
    WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?";

const ONE: &str =
    "SELECT origin, body, trace, span_id, crc, seq, local_only FROM span WHERE seq = ?";

const LOGS_AFTER_CURSOR: &str =
    "SELECT origin, body, time, coalesce(trace_id, x''), crc, seq, local_only FROM log
    WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?";

const ONE_LOG: &str = "SELECT origin, body, time, coalesce(trace_id, x''), crc, seq, local_only FROM log WHERE seq = ?";

const RENUMBERED: &str = "SELECT count(*) FROM renumbered WHERE seq > ? AND seq <= ?";

/// Encoding adds a few bytes to each record: its tag and its length.
const ENVELOPE_BYTES: usize = 8;

/// Records that are read one by one for one batch.
const MAX_SINGLE_READS: i64 = 1_000;

/// The next records for a sink, as one OTLP request.
#[derive(Debug)]
pub(crate) struct SinkBatch {
    pub(crate) request: wire::Request,
    pub(crate) records: usize,
    /// Records that retention deleted before this sink sent them.
    pub(crate) expired: u64,
    /// The numbers of records that are in the store and cannot be read.
    pub(crate) damaged: Vec<i64>,
    /// The sink's cursor after this batch.
    pub(super) up_to: i64,
}

/// Limits of one batch.
#[derive(Clone, Copy, Debug)]
pub(super) struct BatchLimits {
    pub(super) max_records: usize,
    pub(super) max_bytes: usize,
}

/// Reads the records after `cursor`, up to the number `last`. A batch has at least one record if
/// any is left.
pub(super) fn read(
    connection: &Connection,
    signal: Signal,
    (cursor, last): (i64, i64),
    limits: BatchLimits,
) -> rusqlite::Result<SinkBatch> {
    let new_reader = || BatchReader::new(connection, signal, (cursor, last), limits);
    let mut reader = new_reader();
    match reader.read_all() {
        Ok(()) => {}
        Err(error) if damage::is_row_damage(&error) => {
            reader = new_reader();
            reader.read_one_by_one()?;
        }
        Err(error) => return Err(error),
    }
    reader.finish()
}

struct BatchReader<'a> {
    connection: &'a Connection,
    signal: Signal,
    cursor: i64,
    last: i64,
    limits: BatchLimits,
    records: Vec<(i64, Bytes)>,
    /// Each is sent once, however many records share it.
    origins: HashSet<i64>,
    bytes: usize,
    /// Imported records, which no sink gets.
    local_only: u64,
    damaged: Vec<i64>,
    up_to: Option<i64>,
}

impl<'a> BatchReader<'a> {
    fn new(
        connection: &'a Connection,
        signal: Signal,
        (cursor, last): (i64, i64),
        limits: BatchLimits,
    ) -> Self {
        Self {
            connection,
            signal,
            cursor,
            last,
            limits,
            records: Vec::new(),
            origins: HashSet::new(),
            bytes: 0,
            local_only: 0,
            damaged: Vec::new(),
            up_to: None,
        }
    }

    fn read_all(&mut self) -> rusqlite::Result<()> {
        let mut statement = self.connection.prepare_cached(match self.signal {
            Signal::Traces => AFTER_CURSOR,
            Signal::Logs => LOGS_AFTER_CURSOR,
        })?;
        let range = params![self.cursor, self.last, self.limits.max_records];
        let mut rows = statement.query(range)?;
        while let Some(row) = rows.next()? {
            if !self.add(row)? {
                break;
            }
        }
        Ok(())
    }

    fn read_one_by_one(&mut self) -> rusqlite::Result<()> {
        let mut statement = self.connection.prepare_cached(match self.signal {
            Signal::Traces => ONE,
            Signal::Logs => ONE_LOG,
        })?;
        for seq in self.cursor + 1..=self.last.min(self.cursor + MAX_SINGLE_READS) {
            let added = statement.query_row([seq], |row| self.add(row));
            match added {
                Ok(false) => return Ok(()),
                Ok(true) | Err(rusqlite::Error::QueryReturnedNoRows) => {}
                Err(error) if damage::is_row_damage(&error) => self.damaged.push(seq),
                Err(error) => return Err(error),
            }
            self.up_to = Some(seq);
        }
        Ok(())
    }

    /// Adds a row. Returns false if the batch is full without it.
    fn add(&mut self, row: &Row<'_>) -> rusqlite::Result<bool> {
        let (seq, local_only) = (row.get(5)?, row.get(6)?);
        match spans::intact(row)? {
            Some(_) if local_only => self.local_only += 1,
            Some((origin, body)) => {
                let shared = self.origin_bytes(origin)?;
                let bytes = self.bytes + shared + body.len() + ENVELOPE_BYTES;
                let is_full =
                    bytes > self.limits.max_bytes || self.records.len() == self.limits.max_records;
                if is_full && !self.records.is_empty() {
                    return Ok(false);
                }
                self.bytes = bytes;
                self.origins.insert(origin);
                self.records.push((origin, body));
            }
            None => self.damaged.push(seq),
        }
        self.up_to = Some(seq);
        Ok(true)
    }

    /// Returns the bytes that the record's origin adds to the batch.
    fn origin_bytes(&self, origin: i64) -> rusqlite::Result<usize> {
        if self.origins.contains(&origin) {
            return Ok(0);
        }
        origins::encoded_bytes(self.connection, origin)
    }

    fn finish(self) -> rusqlite::Result<SinkBatch> {
        let up_to = self.up_to.unwrap_or(self.last);
        let records = self.records.len();
        let renumbered = self.renumbered(up_to)?;
        let found = (records + self.damaged.len()) as u64 + self.local_only + renumbered;
        Ok(SinkBatch {
            request: spans::grouped(self.connection, self.records)?,
            records,
            expired: up_to.abs_diff(self.cursor).saturating_sub(found),
            damaged: self.damaged,
            up_to,
        })
    }

    /// Counts the missing numbers whose spans have a new number. A log record is never replaced.
    fn renumbered(&self, up_to: i64) -> rusqlite::Result<u64> {
        if self.signal == Signal::Logs {
            return Ok(0);
        }
        let mut statement = self.connection.prepare_cached(RENUMBERED)?;
        statement.query_row([self.cursor, up_to], |row| row.get(0))
    }
}
