//! Sessions. Only the SHA-256 of a token is stored, so a copy of the database does not grant access.

use api_types::Timestamp;

use super::{Pool, Result, Statement, users::User};

const INSERT: Statement = Statement::new(
    "INSERT",
    "sessions",
    "INSERT INTO sessions (token_sha256, user_id, expires_at) VALUES (?1, ?2, ?3)",
);

const USER_OF: Statement = Statement::new(
    "SELECT",
    "sessions",
    "SELECT u.id, u.handle, u.display_name FROM sessions AS s JOIN users AS u ON u.id = s.user_id \
     WHERE s.token_sha256 = ?1 AND s.expires_at > ?2",
);

const DELETE: Statement = Statement::new(
    "DELETE",
    "sessions",
    "DELETE FROM sessions WHERE token_sha256 = ?1",
);

const DELETE_OF_USER: Statement = Statement::new(
    "DELETE",
    "sessions",
    "DELETE FROM sessions WHERE user_id = ?1",
);

const DELETE_EXPIRED: Statement = Statement::new(
    "DELETE",
    "sessions",
    "DELETE FROM sessions WHERE user_id = ?1 AND expires_at <= ?2",
);

/// Starts a session.
pub(crate) async fn insert(
    pool: &Pool,
    token_sha256: &str,
    user_id: i64,
    expires_at: Timestamp,
) -> Result<()> {
    let query = sqlx::query(INSERT.text).bind(token_sha256).bind(user_id);
    INSERT
        .traced(query.bind(expires_at.as_millis()).execute(pool.writer()))
        .await?;
    Ok(())
}

/// Returns the account of a session that has not expired.
pub(crate) async fn user_of(
    pool: &Pool,
    token_sha256: &str,
    now: Timestamp,
) -> Result<Option<User>> {
    let query = sqlx::query_as(USER_OF.text)
        .bind(token_sha256)
        .bind(now.as_millis());
    let row: Option<(i64, String, String)> =
        USER_OF.traced(query.fetch_optional(pool.reader())).await?;
    Ok(row.map(|(id, handle, display_name)| User {
        id,
        handle,
        display_name,
    }))
}

/// Ends a session.
pub(crate) async fn delete(pool: &Pool, token_sha256: &str) -> Result<()> {
    DELETE
        .traced(
            sqlx::query(DELETE.text)
                .bind(token_sha256)
                .execute(pool.writer()),
        )
        .await?;
    Ok(())
}

/// Ends every session of the account.
pub(crate) async fn delete_of_user(pool: &Pool, user_id: i64) -> Result<()> {
    let query = sqlx::query(DELETE_OF_USER.text).bind(user_id);
    DELETE_OF_USER.traced(query.execute(pool.writer())).await?;
    Ok(())
}

/// Deletes the expired sessions of the account.
pub(crate) async fn delete_expired(pool: &Pool, user_id: i64, now: Timestamp) -> Result<()> {
    let query = sqlx::query(DELETE_EXPIRED.text)
        .bind(user_id)
        .bind(now.as_millis());
    DELETE_EXPIRED.traced(query.execute(pool.writer())).await?;
    Ok(())
}
