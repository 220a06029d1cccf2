//! A write for the health check, which needs as much space as a crud.

use super::{Pool, Result, Statement};

/// More than a crud adds to the write-ahead log: a page of each table and index it is in.
const PROBE_BYTES: i64 = 64 * 1024;

const WRITE: Statement = Statement::new(
    "INSERT",
    "write_probe",
    "INSERT INTO write_probe (id, filler) VALUES (1, zeroblob(?1)) \
     ON CONFLICT (id) DO UPDATE SET filler = excluded.filler",
);

/// Writes and commits one row.
pub(crate) async fn write(pool: &Pool) -> Result<()> {
    let query = sqlx::query(WRITE.text).bind(PROBE_BYTES);
    WRITE.traced(query.execute(pool.writer())).await?;
    Ok(())
}
