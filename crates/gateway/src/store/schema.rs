//! The tables, and connections to them.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, ffi};

use super::Kept;

/// * `origin`: who made spans: a resource and a scope, encoded, shared by many spans
/// * `span`: a span's encoded message with its checksum, numbered in the order of arrival;
///   one that `stays` was imported and is for no sink. An id may name several spans, each of
///   them a `variant`. Its trace is named by number: new
///   spans are then neighbours also in the index, where trace ids, being random, would
///   touch a page each
/// * `trace`: what the list filters by, and `summary`, the JSON object that it shows. One
///   that is `behind` has spans that the summary does not count yet. Its index by start
///   holds the short columns, the numbers of its `origins`, and `words`, the signature of its
///   texts (see `signature`), so that filters, however they are combined, touch hardly a row
///   in vain. `search` is the beginning of its texts, or, where `is_whole`, all of them
/// * `client`: who sent traces first, as hashes (see `clients`)
/// * `sink`: how far each sink has come
/// * `moved`: numbers that spans had before they were revised; no sink lost those
/// * `numbering`: the number of the newest span, which may be gone already
/// * `aging`: the time by which traces age (see `aging`), which is also that of `received`.
///   `start` is where a trace is listed (see `listing`)
const TABLES: &str = "
CREATE TABLE IF NOT EXISTS origin (
    id INTEGER PRIMARY KEY,
    resource BLOB NOT NULL,
    resource_schema_url TEXT NOT NULL,
    scope BLOB NOT NULL,
    scope_schema_url TEXT NOT NULL,
    crc INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    UNIQUE (resource, resource_schema_url, scope, scope_schema_url)
);
CREATE INDEX IF NOT EXISTS origin_by_use ON origin (last_seq);
CREATE TABLE IF NOT EXISTS span (
    seq INTEGER PRIMARY KEY,
    trace INTEGER NOT NULL,
    span_id BLOB NOT NULL,
    variant INTEGER NOT NULL,
    origin INTEGER NOT NULL,
    body BLOB NOT NULL,
    crc INTEGER NOT NULL,
    stays INTEGER NOT NULL,
    UNIQUE (trace, span_id, variant)
);
CREATE TABLE IF NOT EXISTS trace (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    client INTEGER NOT NULL,
    received INTEGER NOT NULL,
    start INTEGER NOT NULL,
    duration INTEGER NOT NULL,
    service TEXT NOT NULL,
    services TEXT NOT NULL,
    name TEXT NOT NULL,
    span_count INTEGER NOT NULL,
    error_count INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    behind INTEGER NOT NULL,
    origins BLOB NOT NULL,
    words BLOB NOT NULL,
    search TEXT NOT NULL,
    is_whole INTEGER NOT NULL,
    summary TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS trace_by_start
    ON trace (start, number, service, duration, error_count, name, origins, words);
CREATE INDEX IF NOT EXISTS trace_behind ON trace (number) WHERE behind;
CREATE INDEX IF NOT EXISTS trace_by_arrival ON trace (client, received);
CREATE TABLE IF NOT EXISTS client (
    id INTEGER PRIMARY KEY,
    address INTEGER NOT NULL,
    service INTEGER NOT NULL,
    UNIQUE (address, service)
);
CREATE TABLE IF NOT EXISTS sink (
    name TEXT PRIMARY KEY,
    cursor INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS moved (
    seq INTEGER PRIMARY KEY
);
CREATE TABLE IF NOT EXISTS numbering (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    last_seq INTEGER NOT NULL
);
INSERT OR IGNORE INTO numbering VALUES (1, 0);
CREATE TABLE IF NOT EXISTS aging (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    boot TEXT NOT NULL,
    uptime INTEGER NOT NULL,
    time INTEGER NOT NULL
);
";

/// Raised when the tables change.
const VERSION: i64 = 10;

/// Of a file that has no tables yet.
const NEW: i64 = 0;

/// Says in the file's header that it is a gateway's store.
pub(super) const APPLICATION_ID: u32 = u32::from_be_bytes(*b"otwb");

/// Instead of the version: damage showed when a span was stored, and not at the start.
const DAMAGED: i64 = -1;

/// `synchronous = FULL`: a commit is on the disk, not only with the system, before it is acknowledged.
/// `wal_autocheckpoint`: 32 MiB of log before pages go to their places, each once however often it changed.
const WRITER_PRAGMAS: &str = "
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA temp_store = MEMORY;
PRAGMA wal_autocheckpoint = 8192;
PRAGMA journal_size_limit = 67108864;
";

/// How long one connection waits for another's lock. Readers never have one.
pub(super) const BUSY: Duration = Duration::from_secs(5);

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
        hardening::sqlite::open_private(&self.path).map_err(|error| cannot_open(&error))?;
        let connection = Connection::open(&self.path)?;
        connection.busy_timeout(BUSY)?;
        let version = version(&connection)?;
        if version == DAMAGED {
            let corrupt = ffi::Error::new(ffi::SQLITE_CORRUPT);
            return Err(rusqlite::Error::SqliteFailure(corrupt, None));
        }
        if version == NEW {
            // Before there is a log, so that the file itself says whose it is.
            connection.pragma_update(None, "application_id", APPLICATION_ID)?;
        }
        connection.execute_batch(WRITER_PRAGMAS)?;
        connection.execute_batch(TABLES)?;
        connection.pragma_update(None, "user_version", VERSION)?;
        Ok(connection)
    }

    /// The version of tables that this build does not know, if the file has such.
    pub(super) fn foreign_version(&self) -> rusqlite::Result<Option<i64>> {
        let version = version(&Connection::open(&self.path)?)?;
        Ok((![NEW, VERSION, DAMAGED].contains(&version)).then_some(version))
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

    pub(super) fn close_readers(&self) {
        self.idle().clear();
    }

    fn open_reader(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.busy_timeout(BUSY)?;
        Ok(connection)
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn cannot_open(error: &std::io::Error) -> rusqlite::Error {
    let code = ffi::Error::new(ffi::SQLITE_CANTOPEN);
    rusqlite::Error::SqliteFailure(code, Some(error.to_string()))
}

fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
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
