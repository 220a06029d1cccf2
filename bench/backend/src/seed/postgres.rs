//! The same tables in PostgreSQL, filled by `psql`.

use std::process::Command;

use anyhow::{Context as _, Result, bail};
use bench_runner::program::isolated;
use postgres_server::Programs;

use super::CRUDS;

/// Inserts users and cruds. No user can sign in.
pub(crate) fn fill(url: &str, users: u32) -> Result<()> {
    execute(
        url,
        &format!(
            "
            INSERT INTO users (handle, display_name, email, password_hash, created_at)
            SELECT 'visitor' || n, 'Visitor ' || n, 'visitor' || n || '@example.com', '',
                   (extract(epoch FROM now()) * 1000)::bigint
            FROM generate_series(1, {users}) AS n;
            INSERT INTO activities (uuid, user_id, message, created_at, expires_at)
            SELECT '00000000-0000-4000-8000-' || lpad(n::text, 12, '0'), 1 + n % {users},
                   'the common crud number ' || n,
                   (extract(epoch FROM now()) * 1000)::bigint - ({CRUDS} - n),
                   (extract(epoch FROM now()) * 1000)::bigint + 86400000
            FROM generate_series(1, {CRUDS}) AS n;
            ANALYZE;"
        ),
    )
}

/// Executes statements.
pub(crate) fn execute(url: &str, statements: &str) -> Result<()> {
    let mut psql = psql()?;
    psql.args(["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1"]);
    psql.args(["--command", statements]).arg(url);
    let output = psql.output().context("cannot run psql")?;
    if !output.status.success() {
        bail!("psql: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}

fn psql() -> Result<Command> {
    Ok(isolated(&Programs::find()?.path("psql")))
}
