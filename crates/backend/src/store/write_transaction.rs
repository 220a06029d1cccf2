//! A transaction that writes.

use sqlx::{Sqlite, SqliteConnection, pool::PoolConnection};

use super::{Pool, Result, Statement};

const BEGIN: Statement = Statement::control("BEGIN", "BEGIN IMMEDIATE");
const COMMIT: Statement = Statement::control("COMMIT", "COMMIT");

/// A transaction that either commits or closes its connection.
///
/// SQLite ends a transaction by itself after some errors (a full disk, an interrupt) and leaves it
/// open after others (a failed `COMMIT`). A connection in doubt therefore never goes back to the
/// pool: closing it rolls back whatever is open. This holds for a request that is abandoned
/// midway, too.
#[derive(Debug)]
pub(crate) struct WriteTransaction {
    connection: PoolConnection<Sqlite>,
    is_committed: bool,
}

impl WriteTransaction {
    /// Takes the turn to write at once: a transaction that turns from reading to writing midway
    /// may find that another did so first.
    pub(crate) async fn begin(pool: &Pool) -> Result<Self> {
        BEGIN
            .traced(async {
                let mut transaction = Self {
                    connection: pool.writer().acquire().await?,
                    is_committed: false,
                };
                let begin = sqlx::query(BEGIN.text);
                begin.execute(transaction.connection()).await?;
                Ok(transaction)
            })
            .await
    }

    /// The connection to run the transaction's statements on.
    pub(crate) fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.connection
    }

    pub(crate) async fn commit(mut self) -> Result<()> {
        let commit = sqlx::query(COMMIT.text);
        COMMIT.traced(commit.execute(self.connection())).await?;
        self.is_committed = true;
        Ok(())
    }
}

impl Drop for WriteTransaction {
    fn drop(&mut self) {
        if !self.is_committed {
            self.connection.close_on_drop();
        }
    }
}
