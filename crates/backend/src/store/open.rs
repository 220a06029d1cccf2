//! Opens the database file.

use std::{path::Path, str::FromStr, time::Duration};

use anyhow::{Context, ensure};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::{Pool, migrations};

const MAX_CONNECTIONS: u32 = 8;
/// Writers take turns; this long one waits for its own.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Opens the SQLite database of this address, such as `sqlite:cruddur.db`, and creates it when
/// absent.
pub async fn open(url: &str) -> anyhow::Result<Pool> {
    ensure!(
        url.starts_with("sqlite:"),
        "DATABASE_URL must name an SQLite file, such as sqlite:cruddur.db"
    );
    let options = SqliteConnectOptions::from_str(url)
        .with_context(|| format!("DATABASE_URL is `{url}`: write sqlite: and a path"))?
        .create_if_missing(true)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        // Readers and the writer do not wait for each other, and only a loss of power may cost
        // the last commits.
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal);
    create_folder_of(options.get_filename())?;
    let pool = SqlitePoolOptions::new()
        .max_connections(MAX_CONNECTIONS)
        .connect_with(options)
        .await;
    let pool = pool.with_context(|| format!("cannot open the database {url}"))?;
    migrations::run(&pool)
        .await
        .context("cannot bring the database's schema up to date")?;
    Ok(pool)
}

fn create_folder_of(file: &Path) -> anyhow::Result<()> {
    match file.parent() {
        Some(folder) => std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot create the folder {}", folder.display())),
        None => Ok(()),
    }
}
