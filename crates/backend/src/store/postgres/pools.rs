//! Connection pools, one for each kind of work, as for SQLite.
//!
//! The server cancels a statement after its deadline (`statement_timeout`).

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::store::{Connections, Pool, pool};

/// Connections for reads whose cost does not depend on the size of the database.
const READER_CONNECTIONS: u32 = 8;
/// Connections for reads whose cost grows with the size of the database, such as a search.
const SCANNER_CONNECTIONS: u32 = 3;
const WRITER_CONNECTIONS: u32 = 8;
/// How long the server waits for the next statement of a transaction.
const IDLE_TRANSACTION_TIMEOUT: Duration = Duration::from_secs(10);

/// Connects when a connection is needed.
pub(super) fn connect(options: &PgConnectOptions) -> Pool {
    let statement = millis(pool::STATEMENT_TIMEOUT);
    let idle = millis(IDLE_TRANSACTION_TIMEOUT);
    let writing = options.clone().options([
        ("statement_timeout", &statement),
        ("idle_in_transaction_session_timeout", &idle),
    ]);
    let reading = writing
        .clone()
        .options([("default_transaction_read_only", "on")]);
    let writer = connections(writing, WRITER_CONNECTIONS, pool::WRITE_QUEUE_TIMEOUT);
    Pool {
        readers: connections(
            reading.clone(),
            READER_CONNECTIONS,
            pool::READ_QUEUE_TIMEOUT,
        ),
        scanners: connections(reading, SCANNER_CONNECTIONS, pool::READ_QUEUE_TIMEOUT),
        maintenance: writer.clone(),
        writer,
    }
}

fn connections(options: PgConnectOptions, max: u32, queue: Duration) -> Connections {
    let pool = PgPoolOptions::new()
        .max_connections(max)
        .acquire_timeout(queue);
    Connections::Postgres(pool.connect_lazy_with(options))
}

fn millis(duration: Duration) -> String {
    duration.as_millis().to_string()
}
