//! Inserts log records within the writer's transaction.
//!
//! Log records have no ids. A sender that got no response sends its request again, so a record is
//! not stored if an earlier request stored an equal one: the same origin, time and bytes. Equal
//! records of one request are no repetition, and all of them are stored.

use std::{
    collections::{HashMap, HashSet},
    net::IpAddr,
};

use rusqlite::{Connection, params};
use trace_model::TraceId;

use super::{
    clients::{Clients, Usage},
    damage,
    listed_start::listed_start,
    origins::Origins,
};
use crate::decode::{Batch, ReceivedLog};

const INSERT: &str = "INSERT INTO log
        (seq, time, severity, trace_id, origin, client, received, bytes, body, crc, local_only)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

/// Finds an equal record among the newest of the same time. The index has all columns of the inner
/// query.
const EQUAL: &str = "SELECT count(*) FROM log WHERE body = ?5 AND seq IN (
        SELECT seq FROM (
            SELECT seq, origin, crc FROM log INDEXED BY log_by_time
            WHERE time = ?1 AND seq <= ?2 ORDER BY seq DESC LIMIT ?6
        ) WHERE origin = ?3 AND crc = ?4
    )";

/// The records of the same time with which a new one is compared. Clocks of browsers have
/// milliseconds, in which a program writes fewer records.
const MAX_COMPARED: i64 = 1_024;

/// One transaction's log records.
pub(super) struct LogInsertion<'a> {
    connection: &'a Connection,
    clients: &'a mut Clients,
    origins: &'a mut Origins,
    /// The number of the newest record.
    last_log: i64,
    /// The time by which records age.
    aged: i64,
    usage: HashMap<i64, Usage>,
    traces: HashSet<TraceId>,
    records: u64,
}

/// The log records that a transaction added.
#[derive(Default)]
pub(super) struct InsertedLogs {
    pub(super) last_log: i64,
    pub(super) records: u64,
    /// The usage that each client added.
    pub(super) usage: Vec<(i64, Usage)>,
    /// The traces that got log records.
    pub(super) traces: HashSet<TraceId>,
}

/// What the records of one group share.
struct Group {
    origin: i64,
    client: i64,
    /// When the request arrived, in the system's time.
    received: i64,
    /// The newest record before the request.
    last_before: i64,
}

impl<'a> LogInsertion<'a> {
    pub(super) fn new(
        connection: &'a Connection,
        (clients, origins): (&'a mut Clients, &'a mut Origins),
        last_log: i64,
        aged: i64,
    ) -> Self {
        Self {
            connection,
            clients,
            origins,
            last_log,
            aged,
            usage: HashMap::new(),
            traces: HashSet::new(),
            records: 0,
        }
    }

    pub(super) fn add(
        &mut self,
        (batch, received, address): (Batch<ReceivedLog>, i64, Option<IpAddr>),
    ) -> rusqlite::Result<()> {
        let last_before = self.last_log;
        for (origin, logs) in batch {
            let origin = self.origins.id(self.connection, origin, last_before)?;
            let (resource, _) = self.origins.decoded(self.connection, origin)?;
            let service = resource.service();
            let group = Group {
                origin,
                client: self.clients.id(self.connection, address, service)?,
                received,
                last_before,
            };
            for log in logs {
                self.add_log(&log, &group)?;
            }
        }
        Ok(())
    }

    fn add_log(&mut self, log: &ReceivedLog, group: &Group) -> rusqlite::Result<()> {
        let time = listed_start(log.time, group.received, None);
        let trace_id = log.trace_id.map(TraceId::to_bytes);
        let crc = checksum(time, trace_id.as_ref(), &log.body);
        // A time that the gateway chose is another one for a repeated request.
        if time == log.time && self.is_repeated(log, crc, group)? {
            return Ok(());
        }
        self.last_log += 1;
        let bytes = log.body.len();
        self.connection.prepare_cached(INSERT)?.execute(params![
            self.last_log,
            time,
            log.severity,
            trace_id,
            group.origin,
            group.client,
            self.aged,
            bytes,
            &*log.body,
            crc,
            log.local_only,
        ])?;
        let usage = self.usage.entry(group.client).or_default();
        usage.bytes += bytes as u64;
        usage.logs += 1;
        self.records += 1;
        self.traces.extend(log.trace_id);
        Ok(())
    }

    fn is_repeated(&self, log: &ReceivedLog, crc: u32, group: &Group) -> rusqlite::Result<bool> {
        let mut statement = self.connection.prepare_cached(EQUAL)?;
        let values = params![
            log.time,
            group.last_before,
            group.origin,
            crc,
            &*log.body,
            MAX_COMPARED
        ];
        statement.query_row(values, |row| Ok(row.get::<_, i64>(0)? > 0))
    }

    pub(super) fn finish(self) -> rusqlite::Result<InsertedLogs> {
        if self.records > 0 {
            self.origins.mark_used(self.connection, self.last_log)?;
            let numbering = "UPDATE numbering SET last_log = ?";
            let mut statement = self.connection.prepare_cached(numbering)?;
            statement.execute([self.last_log])?;
        }
        Ok(InsertedLogs {
            last_log: self.last_log,
            records: self.records,
            usage: self.usage.into_iter().collect(),
            traces: self.traces,
        })
    }
}

/// Returns the checksum of a record with its listed time and its trace.
fn checksum(time: i64, trace_id: Option<&[u8; 16]>, body: &[u8]) -> u32 {
    damage::checksum(time, trace_id.map_or(&[], |id| &id[..]), body)
}
