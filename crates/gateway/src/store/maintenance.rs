//! The writer's periodic work between two groups of requests: deletes expired traces and log records
//! and those over the size limit, and keeps the write-ahead log short. It runs in steps.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use rusqlite::Connection;

use super::{
    clients::{Clients, Usage},
    files::with_suffix,
    retention::{self, Removed},
    schema,
};
use crate::config::Retention;

/// How long one step makes requests wait. Long enough that deleting keeps up with storing.
const STEP_TIMEOUT: Duration = Duration::from_millis(200);

/// Twice the size at which SQLite restarts its log. Overlapping readers keep SQLite from doing
/// so.
const MAX_LOG_BYTES: u64 = 64 << 20;

/// The store's size is checked each time that traces of about this size were added, and each time
/// that work is scheduled. Checking it after each group of requests took 2 % of the time.
const MAX_UNCHECKED_BYTES: u64 = 1 << 20;

pub(super) struct Maintenance {
    retention: Retention,
    /// Traces without a span since this time are deleted, and log records that arrived before.
    expired_before: Option<i64>,
    /// The size of the traces that were added since the last check of the store's size.
    unchecked_bytes: u64,
    is_full: bool,
}

impl Maintenance {
    pub(super) const fn new(retention: Retention) -> Self {
        Self {
            retention,
            expired_before: None,
            unchecked_bytes: u64::MAX,
            is_full: false,
        }
    }

    /// Records that traces were added.
    pub(super) const fn record_growth(&mut self, usage: Usage) {
        self.unchecked_bytes = self.unchecked_bytes.saturating_add(usage.total());
    }

    /// Schedules all work. Call this several times a second. `now` is the time by which traces
    /// age.
    pub(super) fn start(&mut self, now: i64) {
        let age = i64::try_from(self.retention.age.as_nanos()).unwrap_or(i64::MAX);
        self.expired_before = Some(now.saturating_sub(age));
        self.unchecked_bytes = u64::MAX;
    }

    pub(super) const fn has_work(&self) -> bool {
        self.expired_before.is_some() || self.is_full
    }

    /// Runs one step, and returns what it deleted. After an error, the next `start` schedules the
    /// work again.
    pub(super) fn step(
        &mut self,
        connection: &mut Connection,
        clients: &mut Clients,
    ) -> rusqlite::Result<Removed> {
        let step = self.try_step(connection, clients);
        if step.is_err() {
            *self = Self::new(self.retention.clone());
        }
        step
    }

    fn try_step(
        &mut self,
        connection: &mut Connection,
        clients: &mut Clients,
    ) -> rusqlite::Result<Removed> {
        let mut removed = Removed::default();
        if let Some(before) = self.expired_before {
            removed = retention::expire(connection, clients, before)?;
            if removed == Removed::default() {
                self.expired_before = None;
                retention::delete_passed_numbers(connection)?;
                shorten_log(connection)?;
            }
        }
        self.evict(connection, clients, &mut removed)?;
        Ok(removed)
    }

    /// Evicts traces from a full store. Evicts a little more than necessary, because the next
    /// request would exceed the limit again.
    fn evict(
        &mut self,
        connection: &mut Connection,
        clients: &mut Clients,
        removed: &mut Removed,
    ) -> rusqlite::Result<()> {
        let bytes = self.retention.bytes;
        if self.unchecked_bytes >= MAX_UNCHECKED_BYTES.min(bytes / 64) {
            self.unchecked_bytes = 0;
            self.is_full |= retention::used_bytes(connection)? > bytes;
        }
        let started = Instant::now();
        while self.is_full && started.elapsed() < STEP_TIMEOUT {
            let more = retention::evict(connection, clients)?;
            removed.add(more);
            let enough = retention::used_bytes(connection)? <= bytes - bytes / 64;
            self.is_full = !enough && more != Removed::default();
        }
        Ok(())
    }
}

/// Restarts a long log. SQLite does so by itself, but not during a read; this waits for readers.
fn shorten_log(connection: &Connection) -> rusqlite::Result<()> {
    let log = connection
        .path()
        .map(|db| with_suffix(Path::new(db), "-wal"));
    let bytes = log.and_then(|log| Some(log.metadata().ok()?.len()));
    if bytes.is_none_or(|bytes| bytes <= MAX_LOG_BYTES) {
        return Ok(());
    }
    connection.busy_timeout(STEP_TIMEOUT)?;
    let restarted = connection.query_row("PRAGMA wal_checkpoint(RESTART)", [], |_| Ok(()));
    connection.busy_timeout(schema::BUSY_TIMEOUT)?;
    restarted
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Inserts `count` traces without spans, received at 1, 2, 3, …
    fn traces(count: i64) -> Connection {
        let connection = schema::in_memory().unwrap();
        let sql = "INSERT INTO trace VALUES
            (?1, ?1, 0, ?1, 0, 0, '', '', '', 0, 0, 0, 0, x'', x'', '', 1, '')";
        for number in 1..=count {
            connection.execute(sql, [number]).unwrap();
        }
        connection
    }

    fn traces_in(connection: &Connection) -> u64 {
        schema::totals(connection).unwrap().traces
    }

    #[test]
    fn expired_traces_are_deleted_in_steps() {
        let mut connection = traces(300);
        let mut clients = Clients::open(&connection).unwrap();
        let mut maintenance = Maintenance::new(Retention {
            age: Duration::from_nanos(10),
            ..Retention::default()
        });
        assert!(!maintenance.has_work());
        maintenance.start(210);
        let mut steps = 0;
        while maintenance.has_work() {
            maintenance.step(&mut connection, &mut clients).unwrap();
            steps += 1;
        }
        assert!(steps > 10, "{steps}");
        assert_eq!(traces_in(&connection), 101);
    }

    #[test]
    fn full_store_evicts_traces_until_it_is_within_its_limit() {
        let mut connection = traces(2_000);
        let mut clients = Clients::open(&connection).unwrap();
        let bytes = retention::used_bytes(&connection).unwrap() / 2;
        let mut maintenance = Maintenance::new(Retention {
            bytes,
            ..Retention::default()
        });
        maintenance.step(&mut connection, &mut clients).unwrap();
        while maintenance.has_work() {
            maintenance.step(&mut connection, &mut clients).unwrap();
        }
        assert!(retention::used_bytes(&connection).unwrap() <= bytes);
        assert!(traces_in(&connection) > 0);
    }
}
