//! Schema migrations.
//!
//! The file's `user_version` counts the migrations that have been applied. A released migration is
//! never edited; each change is a new one.

use anyhow::ensure;
use sqlx::{Connection, SqliteConnection};

const MIGRATIONS: [&str; 8] = [
    include_str!("schema/sqlite/0001_cruds.sql"),
    include_str!("schema/sqlite/0002_counts_and_expiry.sql"),
    include_str!("schema/sqlite/0003_keys_and_devices.sql"),
    include_str!("schema/sqlite/0004_messages.sql"),
    include_str!("schema/sqlite/0005_names_in_lowercase.sql"),
    include_str!("schema/sqlite/0006_accounts.sql"),
    include_str!("schema/sqlite/0007_search.sql"),
    include_str!("schema/sqlite/0008_identities.sql"),
];

/// Applies the missing migrations in one transaction.
pub(super) async fn run(connection: &mut SqliteConnection) -> anyhow::Result<()> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let applied: u32 = sqlx::query_scalar("PRAGMA user_version")
        .fetch_one(&mut *transaction)
        .await?;
    ensure!(
        applied as usize <= MIGRATIONS.len(),
        "the database was written by a newer version of this program: upgrade the program"
    );
    for migration in &MIGRATIONS[applied as usize..] {
        sqlx::raw_sql(*migration).execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    Ok(())
}
