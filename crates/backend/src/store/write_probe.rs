//! Whether writing works: a write that needs as much room as a crud does.

use super::{Pool, Result, Statement};

/// What one crud adds to the log, in bytes, and more: a page of each table and index it is in.
const PROBE_BYTES: i64 = 64 * 1024;

const WRITE: Statement = Statement::new(
    "INSERT",
    "write_probe",
    "INSERT INTO write_probe (id, filler) VALUES (1, zeroblob(?1)) \
     ON CONFLICT (id) DO UPDATE SET filler = excluded.filler",
);

/// Writes and commits.
pub(crate) async fn write(pool: &Pool) -> Result<()> {
    let query = sqlx::query(WRITE.text).bind(PROBE_BYTES);
    WRITE.traced(query.execute(pool.writer())).await?;
    Ok(())
}
