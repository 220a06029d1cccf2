//! Write transactions.

use super::{Connection, Pool, Result, Statement};

const BEGIN: Statement = Statement::control("BEGIN", "BEGIN IMMEDIATE").on_postgres("BEGIN");
const COMMIT: Statement = Statement::control("COMMIT", "COMMIT");

/// A transaction that either commits or closes its connection.
///
/// SQLite ends a transaction by itself after some errors (a full disk, an interrupt) and leaves it
/// open after others (a failed `COMMIT`). A connection in an unknown state therefore never returns to
/// the pool: closing it rolls back an open transaction. The same applies if a request is dropped
/// halfway.
#[derive(Debug)]
pub(crate) struct WriteTransaction {
    connection: Connection,
    is_committed: bool,
}

impl WriteTransaction {
    /// Begins a transaction. In SQLite, it locks for writing immediately: a transaction that upgrades
    /// from reading to writing can fail, because another one did so first.
    pub(crate) async fn begin(pool: &Pool) -> Result<Self> {
        let writer = pool.writer();
        BEGIN
            .traced(writer.database(), async {
                let mut transaction = Self {
                    connection: writer.acquire().await?,
                    is_committed: false,
                };
                let begin = BEGIN.text(writer.database());
                transaction.connection.execute(begin, Vec::new()).await?;
                Ok(transaction)
            })
            .await
    }

    /// Returns the connection for the transaction's statements.
    pub(crate) fn connection(&mut self) -> &mut Connection {
        &mut self.connection
    }

    /// Commits the transaction and returns the connection to the pool.
    pub(crate) async fn commit(mut self) -> Result<()> {
        COMMIT.query().execute(self.connection()).await?;
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
