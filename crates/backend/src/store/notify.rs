//! Notifications of the back ends that share a PostgreSQL server, by `LISTEN` and `NOTIFY`.

use super::{Executor, Result, Statement, database::Database};

/// The channel of all back ends. Every role that may connect to the database can listen to it and write
/// to it, so a payload contains ids only, and is not trusted.
pub(super) const CHANNEL: &str = "cruddur_live";

const NOTIFY: Statement = Statement::control("NOTIFY", "SELECT pg_notify($1, $2)");

/// Notifies all back ends. Within a transaction, the notification is sent when the transaction is
/// committed. Does nothing for an SQLite file, which one back end owns.
pub(crate) async fn notify<'c>(executor: impl Into<Executor<'c>>, payload: &str) -> Result<()> {
    let executor = executor.into();
    if executor.database() == Database::Postgres {
        let query = NOTIFY.query().bind(CHANNEL).bind(payload);
        query.execute(executor).await?;
    }
    Ok(())
}
