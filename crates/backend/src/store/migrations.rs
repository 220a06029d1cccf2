//! Brings the schema up to date. The file's own `user_version` counts the steps it has taken; a
//! step that has been released is never edited, the next change is a new one.

use anyhow::ensure;
use sqlx::{Connection, SqliteConnection};

const STEPS: [&str; 3] = [
    include_str!("schema/0001_cruds.sql"),
    include_str!("schema/0002_counts_and_expiry.sql"),
    include_str!("schema/0003_keys_and_devices.sql"),
];

/// All steps or none: they run in one transaction.
pub(super) async fn run(connection: &mut SqliteConnection) -> anyhow::Result<()> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let taken: u32 = sqlx::query_scalar("PRAGMA user_version")
        .fetch_one(&mut *transaction)
        .await?;
    ensure!(
        taken as usize <= STEPS.len(),
        "the database was written by a newer version of this program"
    );
    for step in &STEPS[taken as usize..] {
        sqlx::raw_sql(*step).execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    Ok(())
}
