//! Connection pools, one for each kind of work, so that no kind can use up the connections of
//! another.
//!
//! Each acquired connection has a deadline. SQLite calls a progress handler during a statement, and
//! the handler interrupts the statement (`SQLITE_INTERRUPT`) after the deadline.

use std::time::{Duration, Instant};

use sqlx::{
    SqliteConnection,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};

use super::{Connections, Database, Listener, Result};

/// Connections for reads whose cost does not depend on the size of the database.
const READER_CONNECTIONS: u32 = 6;
/// The number of processors per connection for reads whose cost grows with the size of the
/// database, such as a search.
const PROCESSORS_PER_SCANNER: usize = 2;
/// SQLite allows one writer. With one connection, writers wait in order.
const WRITER_CONNECTIONS: u32 = 1;

/// How long a request waits for a connection before the response is 503.
pub(super) const READ_QUEUE_TIMEOUT: Duration = Duration::from_secs(2);
pub(super) const WRITE_QUEUE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long statements may run on an acquired connection before SQLite interrupts them, and how long
/// each statement may run in PostgreSQL.
pub(super) const STATEMENT_TIMEOUT: Duration = Duration::from_secs(2);
/// Longer than that of a request, because no request waits for maintenance.
const MAINTENANCE_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a checkpoint waits for readers. It blocks writers in the meantime.
const MAINTENANCE_BUSY_TIMEOUT: Duration = Duration::from_millis(50);
/// Virtual machine instructions between two deadline checks: about ten microseconds.
const INSTRUCTIONS_PER_CHECK: i32 = 1_000;

/// Connections to one database. It is cheap to clone.
#[derive(Clone, Debug)]
pub struct Pool {
    pub(super) writer: Connections,
    pub(super) readers: Connections,
    pub(super) scanners: Connections,
    pub(super) maintenance: Connections,
}

impl Pool {
    /// Opens the writer immediately, so that an unusable file is an error here.
    pub(super) async fn connect(options: SqliteConnectOptions) -> Result<Self> {
        let read_only = options.clone().pragma("query_only", "ON");
        let maintenance = options.clone().busy_timeout(MAINTENANCE_BUSY_TIMEOUT);
        let reading = |connections| {
            let pool = pool_options(connections, READ_QUEUE_TIMEOUT, STATEMENT_TIMEOUT);
            Connections::Sqlite(pool.connect_lazy_with(read_only.clone()))
        };
        let writer = pool_options(WRITER_CONNECTIONS, WRITE_QUEUE_TIMEOUT, STATEMENT_TIMEOUT);
        let maintaining = pool_options(1, WRITE_QUEUE_TIMEOUT, MAINTENANCE_TIMEOUT);
        Ok(Self {
            writer: Connections::Sqlite(writer.connect_with(options).await?),
            readers: reading(READER_CONNECTIONS),
            scanners: reading(scanner_connections()),
            maintenance: Connections::Sqlite(maintaining.connect_lazy_with(maintenance)),
        })
    }

    /// Returns the kind of the database.
    pub(crate) fn database(&self) -> Database {
        self.writer.database()
    }

    /// Returns whether the database is a file of this program.
    #[must_use]
    pub fn is_embedded(&self) -> bool {
        self.database() == Database::Sqlite
    }

    /// Returns the connection for statements that write.
    pub(crate) fn writer(&self) -> &Connections {
        &self.writer
    }

    /// Returns the connections for reads that an index bounds.
    pub(crate) fn reader(&self) -> &Connections {
        &self.readers
    }

    /// Returns the connections for reads whose cost grows with the size of the database.
    pub(crate) fn scanner(&self) -> &Connections {
        &self.scanners
    }

    /// Returns the connection for checkpoints and for releasing free pages.
    pub(crate) fn maintenance(&self) -> &Connections {
        &self.maintenance
    }

    /// Listens for the notifications of all back ends. An SQLite file has none.
    pub(crate) async fn listen(&self) -> Result<Option<Listener>> {
        match &self.writer {
            Connections::Sqlite(_) => Ok(None),
            Connections::Postgres(pool) => {
                Listener::connect(&pool.connect_options()).await.map(Some)
            }
        }
    }

    /// Closes all connections. With the last one, SQLite checkpoints the write-ahead log.
    pub async fn close(&self) {
        self.maintenance.close().await;
        self.scanners.close().await;
        self.readers.close().await;
        self.writer.close().await;
    }
}

fn scanner_connections() -> u32 {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    u32::try_from(processors / PROCESSORS_PER_SCANNER).map_or(1, |connections| connections.max(1))
}

fn pool_options(connections: u32, queue: Duration, statement: Duration) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(queue)
        // Setting the deadline reaches the connection's thread, which tests that it is alive.
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
    use futures_util::future::join_all;
    use tempfile::TempDir;

    use super::*;
    use crate::store::{self, Statement};

    const ENDLESS: Statement = Statement::control(
        "SELECT",
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers) \
         SELECT count(*) FROM numbers",
    );
    const ONE: Statement = Statement::control("SELECT", "SELECT 1");
    const DELETE: Statement = Statement::control("DELETE", "DELETE FROM users");
    const INTERRUPTED: &str = "9";

    async fn pool() -> (Pool, TempDir) {
        let directory = TempDir::new().unwrap();
        let url = format!("sqlite:{}", directory.path().join("cruddur.db").display());
        (store::open(&url).await.unwrap(), directory)
    }

    async fn run_endless(pool: &Connections) -> sqlx::Error {
        ENDLESS.query().execute(pool).await.unwrap_err()
    }

    #[tokio::test]
    async fn endless_statement_is_interrupted() {
        let (pool, _directory) = pool().await;
        let begin = Instant::now();
        for connections in [pool.reader(), pool.scanner(), pool.writer()] {
            let error = run_endless(connections).await;
            let code = error.as_database_error().and_then(|error| error.code());
            assert_eq!(code.as_deref(), Some(INTERRUPTED), "{error}");
            let one: u32 = ONE.query().fetch_one(connections).await.unwrap();
            assert_eq!(one, 1);
        }
        assert!(begin.elapsed() >= 3 * STATEMENT_TIMEOUT);
    }

    #[tokio::test]
    async fn endless_scans_do_not_block_readers_and_the_writer() {
        let (pool, _directory) = pool().await;
        let scans = pool.clone();
        let scans =
            tokio::spawn(
                async move { join_all((0..20).map(|_| run_endless(scans.scanner()))).await },
            );
        // A shared connection would be busy for longer than these may wait for one.
        for _ in 0..20 {
            ONE.query().execute(pool.reader()).await.unwrap();
            store::write_probe::write(&pool).await.unwrap();
        }
        for error in scans.await.unwrap() {
            let code = error.as_database_error().and_then(|error| error.code());
            let timed_out = matches!(error, sqlx::Error::PoolTimedOut);
            assert!(timed_out || code.as_deref() == Some(INTERRUPTED), "{error}");
        }
    }

    #[tokio::test]
    async fn readers_cannot_write() {
        let (pool, _directory) = pool().await;
        for connections in [pool.reader(), pool.scanner()] {
            let write = DELETE.query().execute(connections).await;
            assert!(write.is_err());
        }
    }
}
