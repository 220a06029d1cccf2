//! What the writer does between two groups of requests, a part at a time: deletes what is too
//! old or too much, and keeps the log short.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use rusqlite::Connection;

use super::{
    clients::Clients,
    files::with_suffix,
    retention::{self, Removed},
    schema,
};
use crate::config::Retention;

/// How long requests may wait for a step. Long enough that deleting keeps up with storing.
const STEP: Duration = Duration::from_millis(200);

/// Twice what SQLite lets it grow to. Readers that overlap without a gap keep it from
/// beginning its log anew.
const LONGEST_LOG_BYTES: u64 = 64 << 20;

pub(super) struct Chores {
    retention: Retention,
    /// Traces that were quiet since before this time go.
    expired_before: Option<i64>,
    is_full: bool,
}

impl Chores {
    pub(super) const fn new(retention: Retention) -> Self {
        Self {
            retention,
            expired_before: None,
            is_full: false,
        }
    }

    /// To be called several times a second.
    pub(super) fn begin(&mut self, now: i64) {
        let age = i64::try_from(self.retention.age.as_nanos()).unwrap_or(i64::MAX);
        self.expired_before = Some(now.saturating_sub(age));
    }

    pub(super) const fn remain(&self) -> bool {
        self.expired_before.is_some() || self.is_full
    }

    /// Errors end what was begun: it begins anew with the next call. Returns what was removed.
    pub(super) fn step(
        &mut self,
        connection: &mut Connection,
        clients: &mut Clients,
    ) -> rusqlite::Result<Removed> {
        let step = self.parts(connection, clients);
        if step.is_err() {
            *self = Self::new(self.retention.clone());
        }
        step
    }

    fn parts(
        &mut self,
        connection: &mut Connection,
        clients: &mut Clients,
    ) -> rusqlite::Result<Removed> {
        let mut removed = Removed::default();
        if let Some(before) = self.expired_before {
            removed = retention::expire(connection, clients, before)?;
            if removed == Removed::default() {
                self.expired_before = None;
                retention::forget_moves(connection)?;
                shorten_log(connection)?;
            }
        }
        self.make_room(connection, clients, &mut removed)?;
        Ok(removed)
    }

    /// A little more than needed, or the next request would be over the bound again.
    fn make_room(
        &mut self,
        connection: &mut Connection,
        clients: &mut Clients,
        removed: &mut Removed,
    ) -> rusqlite::Result<()> {
        let bytes = self.retention.bytes;
        self.is_full |= retention::used_bytes(connection)? > bytes;
        let began = Instant::now();
        while self.is_full && began.elapsed() < STEP {
            let more = retention::evict(connection, clients)?;
            removed.spans += more.spans;
            removed.traces += more.traces;
            let enough = retention::used_bytes(connection)? <= bytes - bytes / 64;
            self.is_full = !enough && more != Removed::default();
        }
        Ok(())
    }
}

/// SQLite does so by itself, but not while somebody reads. Here it waits for those who do.
fn shorten_log(connection: &Connection) -> rusqlite::Result<()> {
    let log = connection
        .path()
        .map(|db| with_suffix(Path::new(db), "-wal"));
    let bytes = log.and_then(|log| Some(log.metadata().ok()?.len()));
    if bytes.is_none_or(|bytes| bytes <= LONGEST_LOG_BYTES) {
        return Ok(());
    }
    connection.busy_timeout(STEP)?;
    let restarted = connection.query_row("PRAGMA wal_checkpoint(RESTART)", [], |_| Ok(()));
    connection.busy_timeout(schema::BUSY)?;
    restarted
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many traces without spans, received at 1, 2, 3, …
    fn traces(count: i64) -> Connection {
        let connection = schema::in_memory().unwrap();
        let sql = "INSERT INTO trace VALUES
            (?1, ?1, 0, ?1, 0, 0, '', '', '', 0, 0, 0, 0, x'', x'', '', 1, '')";
        for number in 1..=count {
            connection.execute(sql, [number]).unwrap();
        }
        connection
    }

    fn kept(connection: &Connection) -> u64 {
        schema::kept(connection).unwrap().traces
    }

    #[test]
    fn what_expired_long_ago_goes_in_steps_between_which_requests_are_taken() {
        let mut connection = traces(300);
        let mut clients = Clients::open(&connection).unwrap();
        let mut chores = Chores::new(Retention {
            age: Duration::from_nanos(10),
            ..Retention::default()
        });
        assert!(!chores.remain());
        chores.begin(210);
        let mut steps = 0;
        while chores.remain() {
            chores.step(&mut connection, &mut clients).unwrap();
            steps += 1;
        }
        assert!(steps > 10, "{steps}");
        assert_eq!(kept(&connection), 101);
    }

    #[test]
    fn a_store_over_its_bound_makes_room_until_there_is_some() {
        let mut connection = traces(2_000);
        let mut clients = Clients::open(&connection).unwrap();
        let bytes = retention::used_bytes(&connection).unwrap() / 2;
        let mut chores = Chores::new(Retention {
            bytes,
            ..Retention::default()
        });
        chores.step(&mut connection, &mut clients).unwrap();
        while chores.remain() {
            chores.step(&mut connection, &mut clients).unwrap();
        }
        assert!(retention::used_bytes(&connection).unwrap() <= bytes);
        assert!(kept(&connection) > 0);
    }
}
