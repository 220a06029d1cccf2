//! Schema migrations.
//!
//! The table `schema_version` counts the migrations that have been applied. A released migration is
//! never edited; each change is a new one.
//!
//! Back ends of the former version still run while the first new one migrates. So a migration may add
//! tables, indexes, and columns with a default. What the former version uses is dropped one version
//! later. The test `statements_of_the_former_version_still_work` executes what the former version does.

use anyhow::ensure;
use sqlx::{Connection, PgConnection, PgTransaction};

const MIGRATIONS: [&str; 4] = [
    include_str!("../schema/postgres/0001_initial.sql"),
    include_str!("../schema/postgres/0002_search.sql"),
    include_str!("../schema/postgres/0003_identities.sql"),
    include_str!("../schema/postgres/0004_former_inserts.sql"),
];

/// The advisory lock of migrations: of several back ends that start together, one migrates and the
/// others wait. The number is arbitrary.
const LOCK: i64 = 4_772_000;

/// Applies the missing migrations in one transaction.
pub(super) async fn run(connection: &mut PgConnection) -> anyhow::Result<()> {
    let mut transaction = connection.begin().await?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)")
        .bind(LOCK)
        .execute(&mut *transaction)
        .await?;
    let applied = applied(&mut transaction).await?;
    ensure!(
        applied <= MIGRATIONS.len(),
        "the database was written by a newer version of this program: upgrade the program"
    );
    for migration in &MIGRATIONS[applied..] {
        sqlx::raw_sql(*migration).execute(&mut *transaction).await?;
    }
    sqlx::query("UPDATE schema_version SET version = $1")
        .bind(MIGRATIONS.len() as i64)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(())
}

/// Returns the number of applied migrations.
async fn applied(transaction: &mut PgTransaction<'_>) -> sqlx::Result<usize> {
    let table = "SELECT to_regclass('schema_version') IS NOT NULL";
    let exists: bool = sqlx::query_scalar(table)
        .fetch_one(&mut **transaction)
        .await?;
    if !exists {
        let create = "CREATE TABLE schema_version (version BIGINT NOT NULL); \
                      INSERT INTO schema_version VALUES (0)";
        sqlx::raw_sql(create).execute(&mut **transaction).await?;
    }
    let version: i64 = sqlx::query_scalar("SELECT version FROM schema_version")
        .fetch_one(&mut **transaction)
        .await?;
    usize::try_from(version).map_err(|error| sqlx::Error::Decode(error.into()))
}
