//! The connections to the database, kept apart by what they do, so that one kind of work cannot
//! take the connections of another.
//!
//! Every lease of a connection has a deadline: SQLite asks a progress handler while a statement
//! runs, and the handler interrupts it (`SQLITE_INTERRUPT`) once the time is up.

use std::time::{Duration, Instant};

use sqlx::{
    SqliteConnection,
    sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions},
};

use super::Result;

/// Connections for reads that cost the same however much is stored.
const READER_CONNECTIONS: u32 = 6;
/// Reads whose cost grows with what is stored, such as a search, keep this share of the processors
/// busy at most, and one of them at least.
const SCANNER_SHARE: usize = 2;
/// SQLite has one writer. In one connection writers wait in order, and none is passed over.
const WRITER_CONNECTIONS: u32 = 1;

/// How long a request waits for a connection before it is answered with 503.
const READ_QUEUE_TIMEOUT: Duration = Duration::from_secs(2);
const WRITE_QUEUE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long one lease of a connection may run statements before SQLite interrupts them.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(2);
/// Moving pages takes longer than a request may, and nobody waits for it.
const MAINTENANCE_TIMEOUT: Duration = Duration::from_secs(30);
/// A checkpoint blocks writers while it waits for readers, so it waits only this long.
const MAINTENANCE_BUSY_TIMEOUT: Duration = Duration::from_millis(50);
/// Virtual machine instructions between two looks at the clock: some ten microseconds.
const INSTRUCTIONS_PER_CHECK: i32 = 1_000;

/// Connections to one database; cheap to clone.
#[derive(Clone, Debug)]
pub struct Pool {
    writer: SqlitePool,
    readers: SqlitePool,
    scanners: SqlitePool,
    maintenance: SqlitePool,
}

impl Pool {
    /// Opens the writer at once, so that a file that cannot be opened is an error here.
    pub(super) async fn connect(options: SqliteConnectOptions) -> Result<Self> {
        let read_only = options.clone().pragma("query_only", "ON");
        let maintenance = options.clone().busy_timeout(MAINTENANCE_BUSY_TIMEOUT);
        let reading = |connections| {
            limits(connections, READ_QUEUE_TIMEOUT, STATEMENT_TIMEOUT)
                .connect_lazy_with(read_only.clone())
        };
        Ok(Self {
            writer: limits(WRITER_CONNECTIONS, WRITE_QUEUE_TIMEOUT, STATEMENT_TIMEOUT)
                .connect_with(options)
                .await?,
            readers: reading(READER_CONNECTIONS),
            scanners: reading(scanner_connections()),
            maintenance: limits(1, WRITE_QUEUE_TIMEOUT, MAINTENANCE_TIMEOUT)
                .connect_lazy_with(maintenance),
        })
    }

    /// For every statement that changes something.
    #[must_use]
    pub fn writer(&self) -> &SqlitePool {
        &self.writer
    }

    /// For reads that an index bounds.
    #[must_use]
    pub fn reader(&self) -> &SqlitePool {
        &self.readers
    }

    /// For reads whose cost grows with what is stored.
    pub(crate) fn scanner(&self) -> &SqlitePool {
        &self.scanners
    }

    /// For moving pages between the log, the file and the list of free pages.
    pub(crate) fn maintenance(&self) -> &SqlitePool {
        &self.maintenance
    }

    /// Closes every connection; SQLite moves the log into the file with the last one.
    pub async fn close(&self) {
        self.maintenance.close().await;
        self.scanners.close().await;
        self.readers.close().await;
        self.writer.close().await;
    }
}

fn scanner_connections() -> u32 {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    u32::try_from(processors / SCANNER_SHARE).map_or(1, |connections| connections.max(1))
}

fn limits(connections: u32, queue: Duration, statement: Duration) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(queue)
        // Setting the deadline asks the connection's thread, which tells whether it is alive.
        .test_before_acquire(false)
        .after_connect(move |connection, _| Box::pin(set_deadline(connection, statement)))
        .before_acquire(move |connection, _| {
            Box::pin(async move {
                set_deadline(connection, statement).await?;
                Ok(true)
            })
        })
}

async fn set_deadline(connection: &mut SqliteConnection, timeout: Duration) -> Result<()> {
    let deadline = Instant::now() + timeout;
    connection
        .lock_handle()
        .await?
        .set_progress_handler(INSTRUCTIONS_PER_CHECK, move || Instant::now() < deadline);
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::future::join_all;
    use tempfile::TempDir;

    use super::*;
    use crate::store;

    const ENDLESS: &str = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers) \
                           SELECT count(*) FROM numbers";
    const INTERRUPTED: &str = "9";

    async fn pool() -> (Pool, TempDir) {
        let folder = TempDir::new().unwrap();
        let url = format!("sqlite:{}", folder.path().join("cruddur.db").display());
        (store::open(&url).await.unwrap(), folder)
    }

    async fn run_endless(pool: &SqlitePool) -> sqlx::Error {
        sqlx::query(ENDLESS).execute(pool).await.unwrap_err()
    }

    #[tokio::test]
    async fn endless_statement_is_interrupted() {
        let (pool, _folder) = pool().await;
        let begin = Instant::now();
        for connections in [pool.reader(), pool.scanner(), pool.writer()] {
            let error = run_endless(connections).await;
            let code = error.as_database_error().and_then(|error| error.code());
            assert_eq!(code.as_deref(), Some(INTERRUPTED), "{error}");
            let answer: u32 = sqlx::query_scalar("SELECT 1")
                .fetch_one(connections)
                .await
                .unwrap();
            assert_eq!(answer, 1);
        }
        assert!(begin.elapsed() >= 3 * STATEMENT_TIMEOUT);
    }

    #[tokio::test]
    async fn endless_scans_leave_readers_and_the_writer_alone() {
        let (pool, _folder) = pool().await;
        let scans = pool.clone();
        let scans =
            tokio::spawn(
                async move { join_all((0..20).map(|_| run_endless(scans.scanner()))).await },
            );
        let begin = Instant::now();
        let mut rounds = 0;
        while begin.elapsed() < Duration::from_secs(1) {
            sqlx::query("SELECT 1")
                .execute(pool.reader())
                .await
                .unwrap();
            store::write_probe::write(&pool).await.unwrap();
            rounds += 1;
        }
        assert!(rounds > 10, "{rounds}");
        for error in scans.await.unwrap() {
            let code = error.as_database_error().and_then(|error| error.code());
            let refused = matches!(error, sqlx::Error::PoolTimedOut);
            assert!(refused || code.as_deref() == Some(INTERRUPTED), "{error}");
        }
    }

    #[tokio::test]
    async fn readers_cannot_write() {
        let (pool, _folder) = pool().await;
        for connections in [pool.reader(), pool.scanner()] {
            let write = sqlx::query("DELETE FROM users").execute(connections).await;
            assert!(write.is_err());
        }
    }
}
