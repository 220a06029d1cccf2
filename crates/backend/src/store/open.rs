//! Opens the database file.

use std::{path::Path, time::Duration};

use anyhow::Context;
use sqlx::{
    Connection, SqliteConnection,
    sqlite::{SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use super::{Pool, address, migrations};

/// How long a statement waits for another process that writes to the same file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(2);
/// The log is cut to this size, in bytes, when it starts anew: what was deleted does not stay in
/// its unused part.
const MAX_IDLE_LOG_BYTES: &str = "1048576";
/// What `PRAGMA auto_vacuum` answers for `INCREMENTAL`.
const AUTO_VACUUM_INCREMENTAL: u32 = 2;

/// Opens the SQLite database of this address, such as `sqlite:cruddur.db`, and creates it when
/// absent.
pub async fn open(url: &str) -> anyhow::Result<Pool> {
    let options = address::options(url)?
        .create_if_missing(true)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        // Pages that become free can be given back to the file system in small steps.
        .auto_vacuum(SqliteAutoVacuum::Incremental)
        // Readers and the writer do not wait for each other, and only a loss of power may cost
        // the last commits.
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        // What is deleted is overwritten.
        .pragma("secure_delete", "ON")
        .pragma("journal_size_limit", MAX_IDLE_LOG_BYTES);
    create_folder_of(options.get_filename())?;
    make_private(options.get_filename())?;
    prepare(&options)
        .await
        .with_context(|| format!("cannot open the database {url}"))?;
    let pool = Pool::connect(options).await;
    pool.with_context(|| format!("cannot open the database {url}"))
}

/// Brings the file up to date, on a connection without the limits of a request.
async fn prepare(options: &SqliteConnectOptions) -> anyhow::Result<()> {
    let mut connection = SqliteConnection::connect_with(options).await?;
    migrations::run(&mut connection)
        .await
        .context("cannot bring the database's schema up to date")?;
    if let Err(error) = allow_shrinking(&mut connection).await {
        eprintln!("database: deleted cruds will not make the file smaller: {error}");
    }
    connection.close().await?;
    Ok(())
}

/// A file of an older version is rewritten once: only then can it shrink in small steps, and what
/// was deleted before is gone from it.
async fn allow_shrinking(connection: &mut SqliteConnection) -> sqlx::Result<()> {
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

/// The database holds password hashes and sessions: nobody but its owner may read it.
fn make_private(file: &Path) -> anyhow::Result<()> {
    // A database in memory has no file: `:memory:`, or the `file:` address that sqlx makes of it.
    let name = file.to_string_lossy();
    if name.is_empty() || name.starts_with(":memory:") || name.starts_with("file:") {
        return Ok(());
    }
    hardening::sqlite::make_private(file)
        .with_context(|| format!("cannot create the database {}", file.display()))
}

fn create_folder_of(file: &Path) -> anyhow::Result<()> {
    match file.parent() {
        Some(folder) => std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot create the folder {}", folder.display())),
        None => Ok(()),
    }
}
