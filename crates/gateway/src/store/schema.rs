//! The tables, and connections to them.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, ffi};

use super::{Kept, search};

/// * `origin`: who made spans: a resource and a scope, encoded, shared by many spans
/// * `span`: a span's encoded message with its checksum, numbered in the order of arrival;
///   one that `stays` was imported and is for no sink
/// * `trace`: what the list filters by, and `summary`, the JSON object that it shows. Its
///   index by start holds the short columns, so that most filters touch no row in vain;
///   the one by words does so for free text and services (see `signature`).
/// * `sink`: how far each sink has come
/// * `numbering`: the number of the newest span, which may be gone already
const TABLES: &str = "
CREATE TABLE IF NOT EXISTS origin (
    id INTEGER PRIMARY KEY,
    resource BLOB NOT NULL,
    resource_schema_url TEXT NOT NULL,
    scope BLOB NOT NULL,
    scope_schema_url TEXT NOT NULL,
    last_seq INTEGER NOT NULL,
    UNIQUE (resource, resource_schema_url, scope, scope_schema_url)
);
CREATE INDEX IF NOT EXISTS origin_by_use ON origin (last_seq);
CREATE TABLE IF NOT EXISTS span (
    seq INTEGER PRIMARY KEY,
    trace_id BLOB NOT NULL,
    span_id BLOB NOT NULL,
    origin INTEGER NOT NULL,
    body BLOB NOT NULL,
    crc INTEGER NOT NULL,
    stays INTEGER NOT NULL,
    UNIQUE (trace_id, span_id)
);
CREATE TABLE IF NOT EXISTS trace (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    received INTEGER NOT NULL,
    start INTEGER NOT NULL,
    duration INTEGER NOT NULL,
    service TEXT NOT NULL,
    services TEXT NOT NULL,
    name TEXT NOT NULL,
    span_count INTEGER NOT NULL,
    error_count INTEGER NOT NULL,
    w0 INTEGER NOT NULL,
    w1 INTEGER NOT NULL,
    w2 INTEGER NOT NULL,
    w3 INTEGER NOT NULL,
    w4 INTEGER NOT NULL,
    w5 INTEGER NOT NULL,
    w6 INTEGER NOT NULL,
    w7 INTEGER NOT NULL,
    search TEXT NOT NULL,
    summary TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS trace_by_start
    ON trace (start DESC, service, duration, error_count, name);
CREATE INDEX IF NOT EXISTS trace_by_words ON trace (start DESC, w0, w1, w2, w3, w4, w5, w6, w7);
CREATE INDEX IF NOT EXISTS trace_large ON trace (span_count) WHERE span_count >= 2000;
CREATE INDEX IF NOT EXISTS trace_by_arrival ON trace (received);
CREATE TABLE IF NOT EXISTS sink (
    name TEXT PRIMARY KEY,
    cursor INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS numbering (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    last_seq INTEGER NOT NULL
);
INSERT OR IGNORE INTO numbering VALUES (1, 0);
";

/// Raised when the tables change. Traces are short-lived, so an older store starts afresh.
const VERSION: i64 = 5;

/// Instead of the version: damage showed when a span was stored, and not at the start.
const DAMAGED: i64 = -1;

/// `synchronous = FULL`: a commit is on the disk, not only with the system, before it is acknowledged.
const WRITER_PRAGMAS: &str = "
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA temp_store = MEMORY;
PRAGMA journal_size_limit = 67108864;
";

const DROP_ALL: &str = "
DROP TABLE IF EXISTS origin;
DROP TABLE IF EXISTS span;
DROP TABLE IF EXISTS trace;
DROP TABLE IF EXISTS sink;
DROP TABLE IF EXISTS numbering;
";

/// A connection keeps 2 MB of pages: enough of them for a viewer or two.
const IDLE_READERS: usize = 8;

/// Where the database is, and the idle connections that read it.
#[derive(Debug)]
pub(super) struct Location {
    path: PathBuf,
    readers: Mutex<Vec<Connection>>,
}

impl Location {
    pub(super) fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            readers: Mutex::default(),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The connection that writes, with the tables in place.
    pub(super) fn open_writer(&self) -> rusqlite::Result<Connection> {
        let connection = Connection::open(&self.path)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.execute_batch(WRITER_PRAGMAS)?;
        let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        if version == DAMAGED {
            let corrupt = ffi::Error::new(ffi::SQLITE_CORRUPT);
            return Err(rusqlite::Error::SqliteFailure(corrupt, None));
        }
        if version != VERSION {
            connection.execute_batch(DROP_ALL)?;
        }
        connection.execute_batch(TABLES)?;
        connection.pragma_update(None, "user_version", VERSION)?;
        Ok(connection)
    }

    /// Runs a query on an idle reader, or on a new one.
    pub(super) fn read<T>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        let idle = self.idle().pop();
        let connection = idle.map_or_else(|| self.open_reader(), Ok)?;
        let result = query(&connection);
        let mut idle = self.idle();
        if idle.len() < IDLE_READERS {
            idle.push(connection);
        }
        result
    }

    fn open_reader(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        search::add_contains(&connection)?;
        Ok(connection)
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The next start is to put the file aside.
pub(super) fn mark_damaged(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "user_version", DAMAGED)
}

/// An empty store that is nowhere, for the fuzzer.
#[cfg(any(test, fuzzing))]
pub(super) fn in_memory() -> rusqlite::Result<Connection> {
    let connection = Connection::open_in_memory()?;
    connection.execute_batch(TABLES)?;
    search::add_contains(&connection)?;
    Ok(connection)
}

/// Counts what is there.
pub(super) fn kept(connection: &Connection) -> rusqlite::Result<Kept> {
    let sql = "SELECT coalesce(sum(span_count), 0), count(*), (SELECT last_seq FROM numbering)
        FROM trace";
    connection.query_row(sql, [], |row| {
        Ok(Kept {
            spans: row.get(0)?,
            traces: row.get(1)?,
            last_seq: row.get(2)?,
        })
    })
}
