//! Opens the database.

use std::{error::Error, path::Path, time::Duration};

use anyhow::Context;
use sqlx::{
    ConnectOptions, Connection, SqliteConnection,
    sqlite::{SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use super::{DatabaseUrl, Pool, migrations, postgres};

/// How long a statement waits for another process that is writing to the same file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(2);
/// The size, in bytes, to which a reset write-ahead log is truncated. Deleted data would otherwise
/// remain in its unused part.
const MAX_IDLE_WAL_BYTES: &str = "1048576";
/// The value of `PRAGMA auto_vacuum` for `INCREMENTAL`.
const AUTO_VACUUM_INCREMENTAL: u32 = 2;

/// Opens the database at a URL such as `sqlite:cruddur.db`, whose file is created if missing, or
/// `postgres://user@host/database`.
///
/// # Errors
/// The URL is invalid, or the database cannot be created, opened or migrated.
pub async fn open(url: &str) -> anyhow::Result<Pool> {
    match DatabaseUrl::parse(url)? {
        DatabaseUrl::Sqlite(options) => open_file(*options).await,
        DatabaseUrl::Postgres(options) => postgres::open(*options).await,
    }
}

async fn open_file(options: SqliteConnectOptions) -> anyhow::Result<Pool> {
    let options = options
        .create_if_missing(true)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        // Free pages can be released to the file system in small steps.
        .auto_vacuum(SqliteAutoVacuum::Incremental)
        // Readers and the writer do not block each other. Only a power failure can lose the last
        // commits.
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        // Deleted data is overwritten.
        .pragma("secure_delete", "ON")
        .pragma("journal_size_limit", MAX_IDLE_WAL_BYTES)
        // Each statement has a span instead.
        .disable_statement_logging();
    let file = options.get_filename().to_owned();
    create_parent_directory(&file)?;
    make_private(&file)?;
    let advice = || format!("cannot open the database {}", file.display());
    prepare(&options).await.with_context(advice)?;
    Pool::connect(options).await.with_context(advice)
}

/// Migrates the file, on a connection without the deadline of a request.
async fn prepare(options: &SqliteConnectOptions) -> anyhow::Result<()> {
    let mut connection = SqliteConnection::connect_with(options).await?;
    migrations::run(&mut connection)
        .await
        .context("cannot migrate the database schema")?;
    if let Err(error) = enable_auto_vacuum(&mut connection).await {
        let error = &error as &dyn Error;
        tracing::warn!(
            error,
            "cannot enable auto-vacuum: the database file will not shrink"
        );
    }
    connection.close().await?;
    Ok(())
}

/// Rewrites a file of an older version once. Only then can it shrink in small steps, and data that
/// was deleted earlier is overwritten.
async fn enable_auto_vacuum(connection: &mut SqliteConnection) -> sqlx::Result<()> {
    let mode: u32 = sqlx::query_scalar("PRAGMA auto_vacuum")
        .fetch_one(&mut *connection)
        .await?;
    if mode != AUTO_VACUUM_INCREMENTAL {
        sqlx::raw_sql("PRAGMA auto_vacuum = INCREMENTAL; VACUUM; PRAGMA wal_checkpoint(TRUNCATE)")
            .execute(connection)
            .await?;
    }
    Ok(())
}

/// Restricts the file to its owner: the database contains password hashes and sessions.
fn make_private(file: &Path) -> anyhow::Result<()> {
    hardening::sqlite::make_private(file)
        .with_context(|| format!("cannot create the database {}", file.display()))
}

fn create_parent_directory(file: &Path) -> anyhow::Result<()> {
    match file.parent() {
        Some(directory) => std::fs::create_dir_all(directory)
            .with_context(|| format!("cannot create the directory {}", directory.display())),
        None => Ok(()),
    }
}
