//! PostgreSQL: its connections, its schema, and what it does differently from SQLite.

pub(super) mod listener;
mod migrations;
pub(super) mod nul;
mod pools;

use anyhow::{Context, ensure};
use sqlx::{ConnectOptions, Connection, PgConnection, postgres::PgConnectOptions};

use super::Pool;

/// The first version with everything that the schema uses.
const MIN_VERSION: i32 = 130_000;

/// Opens the database and migrates its schema.
pub(super) async fn open(options: PgConnectOptions) -> anyhow::Result<Pool> {
    let options = options
        .application_name("cruddur-backend")
        // Each statement has a span instead.
        .disable_statement_logging();
    // The options contain the password, so they are not shown as a whole.
    let name = format!(
        "{} at {}:{}",
        options.get_database().unwrap_or_default(),
        options.get_host(),
        options.get_port()
    );
    prepare(&options)
        .await
        .with_context(|| format!("cannot open the PostgreSQL database {name}"))?;
    Ok(pools::connect(&options))
}

/// Checks the server and migrates the schema, on a connection without the deadline of a request.
async fn prepare(options: &PgConnectOptions) -> anyhow::Result<()> {
    let mut connection = PgConnection::connect_with(options).await?;
    check(&mut connection).await?;
    migrations::run(&mut connection)
        .await
        .context("cannot migrate the database schema")?;
    connection.close().await?;
    Ok(())
}

async fn check(connection: &mut PgConnection) -> anyhow::Result<()> {
    let (version, encoding): (i32, String) = sqlx::query_as(
        "SELECT current_setting('server_version_num')::int, current_setting('server_encoding')",
    )
    .fetch_one(connection)
    .await?;
    ensure!(
        version >= MIN_VERSION,
        "the server has version {}: use PostgreSQL 13 or later",
        version / 10_000
    );
    ensure!(
        encoding == "UTF8",
        "the database has the encoding {encoding}: create it with `CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0`"
    );
    Ok(())
}
