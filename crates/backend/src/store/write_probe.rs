//! A write for the health check, which needs as much space as a crud.

use super::{Pool, Result, Statement};

/// More than a crud adds to the write-ahead log: a page of each table and index it is in.
const PROBE_BYTES: usize = 64 * 1024;

const WRITE: Statement = Statement::new(
    "INSERT",
    "write_probe",
    "INSERT INTO write_probe (id, filler) VALUES (1, $1) \
     ON CONFLICT (id) DO UPDATE SET filler = excluded.filler",
);

/// Writes and commits one row.
pub(crate) async fn write(pool: &Pool) -> Result<()> {
    let query = WRITE.query().bind(vec![0; PROBE_BYTES]);
    query.execute(pool.writer()).await?;
    Ok(())
}
