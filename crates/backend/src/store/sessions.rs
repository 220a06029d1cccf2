//! Sessions. Only the SHA-256 of a token is stored, so a copy of the database does not grant access.

use api_types::Timestamp;

use super::{Pool, Result, Statement, users::User};

const INSERT: Statement = Statement::new(
    "INSERT",
    "sessions",
    "INSERT INTO sessions (token_sha256, user_id, expires_at) VALUES ($1, $2, $3)",
);

const USER_OF: Statement = Statement::new(
    "SELECT",
    "sessions",
    "SELECT u.id, u.handle, u.display_name FROM sessions AS s JOIN users AS u ON u.id = s.user_id \
     WHERE s.token_sha256 = $1 AND s.expires_at > $2",
);

const DELETE: Statement = Statement::new(
    "DELETE",
    "sessions",
    "DELETE FROM sessions WHERE token_sha256 = $1",
);

const DELETE_OF_USER: Statement = Statement::new(
    "DELETE",
    "sessions",
    "DELETE FROM sessions WHERE user_id = $1",
);

const DELETE_EXPIRED: Statement = Statement::new(
    "DELETE",
    "sessions",
    "DELETE FROM sessions WHERE user_id = $1 AND expires_at <= $2",
);

/// Starts a session.
pub(crate) async fn insert(
    pool: &Pool,
    token_sha256: &str,
    user_id: i64,
    expires_at: Timestamp,
) -> Result<()> {
    let query = INSERT.query().bind(token_sha256).bind(user_id);
    query.bind(expires_at).execute(pool.writer()).await?;
    Ok(())
}

/// Returns the account of a session that has not expired.
pub(crate) async fn user_of(
    pool: &Pool,
    token_sha256: &str,
    now: Timestamp,
) -> Result<Option<User>> {
    let query = USER_OF.query().bind(token_sha256).bind(now);
    let row: Option<(i64, String, String)> = query.fetch_optional(pool.reader()).await?;
    Ok(row.map(|(id, handle, display_name)| User {
        id,
        handle,
        display_name,
    }))
}

/// Ends a session.
pub(crate) async fn delete(pool: &Pool, token_sha256: &str) -> Result<()> {
    DELETE
        .query()
        .bind(token_sha256)
        .execute(pool.writer())
        .await?;
    Ok(())
}

/// Ends every session of the account.
pub(crate) async fn delete_of_user(pool: &Pool, user_id: i64) -> Result<()> {
    let query = DELETE_OF_USER.query().bind(user_id);
    query.execute(pool.writer()).await?;
    Ok(())
}

/// Deletes the expired sessions of the account.
pub(crate) async fn delete_expired(pool: &Pool, user_id: i64, now: Timestamp) -> Result<()> {
    let query = DELETE_EXPIRED.query().bind(user_id).bind(now);
    query.execute(pool.writer()).await?;
    Ok(())
}
