//! The tables, and connections to the database.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, ffi};

use super::StoreTotals;

/// [SQLite 3.51.3] fixes a race of checkpoints that could corrupt a database in WAL mode. The
/// constant is that of the bundled library. The back end links the same one by sqlx.
///
/// [SQLite 3.51.3]: https://sqlite.org/releaselog/3_51_3.html
const _: () = assert!(
    ffi::SQLITE_VERSION_NUMBER >= 3_051_003,
    "the bundled SQLite must be 3.51.3 or later"
);

/// * `origin`: an encoded resource and scope, shared by many spans and log records. `last_seq` is the
///   newest span that has it, `last_log` the newest log record.
/// * `span`: an encoded span with its checksum, numbered in the order of arrival. Imported
///   spans are `local_only`: no sink gets them. The spans of one id have different
///   `variant`s. `trace` is a trace's number, not its id. New spans are then neighbors in the
///   index, where random trace ids would touch a page each.
/// * `trace`: the columns that the list filters by, and `summary`, the JSON object that it
///   shows. The summary does not include the last `stale_updates`.
///   `start` is the one by which the trace is listed (see `listed_start`), and `received` is in
///   the time by which traces age (see `aging`). The index by start has all columns that
///   filters read first, so few rows of the table are read in vain. Among them are the numbers
///   of the trace's `origins`, and the `signature` of its texts (see `signature`).
///   `search` has the first of its texts; all of them if `is_whole`.
/// * `root`: what overviews read of each trace, in the order of its start. The row is written with
///   the trace's summary, and moved and deleted with the trace's row (see `facts`). The triggers of
///   earlier versions made SQLite copy each page before a change.
/// * `backfill`: the newest trace of an earlier version that may have no row in `root` yet
/// * `log`: an encoded log record with its checksum, numbered in the order of arrival. `time` is the
///   one by which it is listed (see `listed_start`), `received` is in the time by which records age,
///   and `bytes` is the size of `body`. Records without a trace are in the indexes by time and by
///   client only.
/// * `client`: the clients that sent a trace's first span, or a log record, as hashes (see `clients`)
/// * `sink`: the cursor of each queue: `otlp` in the order of spans, `otlp logs` in that of log records
/// * `renumbered`: the former numbers of revised spans, which no sink lost
/// * `numbering`: the numbers of the newest span and log record, which may be deleted already
/// * `aging`: the saved time by which traces age
const TABLES: &str = "
CREATE TABLE IF NOT EXISTS origin (
    id INTEGER PRIMARY KEY,
    resource BLOB NOT NULL,
    resource_schema_url TEXT NOT NULL,
    scope BLOB NOT NULL,
    scope_schema_url TEXT NOT NULL,
    crc INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    last_log INTEGER NOT NULL DEFAULT 0,
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
    local_only INTEGER NOT NULL,
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
    stale_updates INTEGER NOT NULL,
    origins BLOB NOT NULL,
    signature BLOB NOT NULL,
    search TEXT NOT NULL,
    is_whole INTEGER NOT NULL,
    summary TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS trace_by_start
    ON trace (start, number, service, duration, error_count, name, origins, signature);
CREATE INDEX IF NOT EXISTS trace_stale ON trace (number) WHERE stale_updates;
CREATE INDEX IF NOT EXISTS trace_by_arrival ON trace (client, received);
CREATE TABLE IF NOT EXISTS root (
    start INTEGER NOT NULL,
    number INTEGER NOT NULL,
    duration INTEGER NOT NULL,
    service TEXT NOT NULL,
    name TEXT NOT NULL,
    route TEXT NOT NULL,
    outcome INTEGER NOT NULL,
    browser INTEGER NOT NULL,
    network INTEGER NOT NULL,
    backend INTEGER NOT NULL,
    database INTEGER NOT NULL,
    session TEXT NOT NULL,
    user TEXT NOT NULL,
    lcp REAL,
    inp REAL,
    cls REAL,
    fcp REAL,
    ttfb REAL,
    calls BLOB NOT NULL,
    PRIMARY KEY (start, number)
) WITHOUT ROWID;
DROP TRIGGER IF EXISTS root_deleted;
DROP TRIGGER IF EXISTS root_moved;
CREATE TABLE IF NOT EXISTS backfill (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    newest INTEGER NOT NULL
);
INSERT OR IGNORE INTO backfill VALUES (1, 0);
CREATE TABLE IF NOT EXISTS log (
    seq INTEGER PRIMARY KEY,
    time INTEGER NOT NULL,
    severity INTEGER NOT NULL,
    trace_id BLOB,
    origin INTEGER NOT NULL,
    client INTEGER NOT NULL,
    received INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    body BLOB NOT NULL,
    crc INTEGER NOT NULL,
    local_only INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS log_by_time ON log (time, seq, severity, origin, crc);
CREATE INDEX IF NOT EXISTS log_by_trace ON log (trace_id, time) WHERE trace_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS log_by_client ON log (client, seq, bytes);
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
CREATE TABLE IF NOT EXISTS renumbered (
    seq INTEGER PRIMARY KEY
);
CREATE TABLE IF NOT EXISTS numbering (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    last_seq INTEGER NOT NULL,
    last_log INTEGER NOT NULL DEFAULT 0
);
INSERT OR IGNORE INTO numbering (id, last_seq) VALUES (1, 0);
CREATE TABLE IF NOT EXISTS aging (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    boot TEXT NOT NULL,
    uptime INTEGER NOT NULL,
    time INTEGER NOT NULL
);
";

/// The version of the tables. Raise it with each change of them.
const VERSION: i64 = 13;

/// Earlier versions, whose tables are a part of the present ones. Neither has log records, and the
/// first has no table `root`.
const WITHOUT_ROOTS: i64 = 11;
const WITHOUT_LOGS: i64 = 12;

/// Adds the columns that earlier versions lack.
const ADD_LOG_COLUMNS: &str = "
ALTER TABLE origin ADD COLUMN last_log INTEGER NOT NULL DEFAULT 0;
ALTER TABLE numbering ADD COLUMN last_log INTEGER NOT NULL DEFAULT 0;
";

/// Lets the summarizer add the missing rows of `root`.
const START_BACKFILL: &str =
    "UPDATE backfill SET newest = (SELECT coalesce(max(number), 0) FROM trace)";

/// The version of a file without tables.
const NEW: i64 = 0;

/// Identifies a gateway's store in the file's header.
pub(super) const APPLICATION_ID: u32 = u32::from_be_bytes(*b"otwb");

/// The version of a damaged file. The next start recovers it.
const DAMAGED: i64 = -1;

/// The size of a page, which only a new file gets. A search reads each page of an index with one
/// system call, so twice SQLite's usual size makes it faster.
const PAGE_BYTES: i64 = 8192;

/// `synchronous = FULL`: a commit is on the disk before it is acknowledged.
/// `wal_autocheckpoint`: pages are checkpointed after 32 MiB of log, so that a page that
/// changes often is written once.
const WRITER_PRAGMAS: &str = "
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA temp_store = MEMORY;
PRAGMA wal_autocheckpoint = 4096;
PRAGMA journal_size_limit = 67108864;
";

/// How long a connection waits for another's lock. Readers take no locks.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Idle connections. Enough for a few viewers.
const MAX_IDLE_READERS: usize = 8;

/// The pages that a reading connection caches, in KiB if negative. SQLite's usual 2 MB would hold
/// no more of a list's scan, which reads each page of an index once.
const READER_CACHE: i64 = -512;

/// The database's path and its idle reading connections.
#[derive(Debug)]
pub(super) struct Database {
    path: PathBuf,
    readers: Mutex<Vec<Connection>>,
}

impl Database {
    pub(super) fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            readers: Mutex::default(),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Opens the connection that writes. Creates missing tables.
    pub(super) fn open_writer(&self) -> rusqlite::Result<Connection> {
        hardening::sqlite::open_private(&self.path).map_err(|error| cannot_open(&error))?;
        let connection = Connection::open(&self.path)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        let version = version(&connection)?;
        if version == DAMAGED {
            let corrupt = ffi::Error::new(ffi::SQLITE_CORRUPT);
            return Err(rusqlite::Error::SqliteFailure(corrupt, None));
        }
        if version == NEW {
            connection.pragma_update(None, "page_size", PAGE_BYTES)?;
            // Before the first use of the log, so that the id is in the file itself.
            connection.pragma_update(None, "application_id", APPLICATION_ID)?;
        }
        connection.execute_batch(WRITER_PRAGMAS)?;
        // All or nothing, because a column cannot be added twice.
        let migration = connection.unchecked_transaction()?;
        if matches!(version, WITHOUT_ROOTS | WITHOUT_LOGS) {
            migration.execute_batch(ADD_LOG_COLUMNS)?;
        }
        migration.execute_batch(TABLES)?;
        if version == WITHOUT_ROOTS {
            migration.execute(START_BACKFILL, [])?;
        }
        migration.pragma_update(None, "user_version", VERSION)?;
        migration.commit()?;
        Ok(connection)
    }

    /// Returns the version of the tables if this build does not know it.
    pub(super) fn unknown_version(&self) -> rusqlite::Result<Option<i64>> {
        let version = version(&Connection::open(&self.path)?)?;
        let known = [NEW, WITHOUT_ROOTS, WITHOUT_LOGS, VERSION, DAMAGED];
        Ok((!known.contains(&version)).then_some(version))
    }

    /// Runs a query on an idle connection, or on a new one.
    pub(super) fn read<T>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        let idle = self.idle().pop();
        let connection = idle.map_or_else(|| self.open_reader(), Ok)?;
        let result = query(&connection);
        let mut idle = self.idle();
        if idle.len() < MAX_IDLE_READERS {
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
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.pragma_update(None, "cache_size", READER_CACHE)?;
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

/// Marks the file as damaged, so that the next start recovers it.
pub(super) fn mark_damaged(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "user_version", DAMAGED)
}

/// Returns an empty database in memory, for tests and the fuzzer.
#[cfg(any(test, feature = "fuzzing"))]
pub(super) fn in_memory() -> rusqlite::Result<Connection> {
    let connection = Connection::open_in_memory()?;
    connection.execute_batch(TABLES)?;
    Ok(connection)
}

/// Counts the stored spans, traces and log records.
pub(super) fn totals(connection: &Connection) -> rusqlite::Result<StoreTotals> {
    let sql = "SELECT coalesce(sum(span_count), 0), count(*), (SELECT last_seq FROM numbering),
            (SELECT count(*) FROM log), (SELECT last_log FROM numbering)
        FROM trace";
    connection.query_row(sql, [], |row| {
        Ok(StoreTotals {
            spans: row.get(0)?,
            traces: row.get(1)?,
            last_seq: row.get(2)?,
            logs: row.get(3)?,
            last_log: row.get(4)?,
            revision: 0,
        })
    })
}
