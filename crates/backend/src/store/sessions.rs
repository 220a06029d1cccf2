//! Sessions. Only the SHA-256 of a token is stored, so a copy of the database does not grant access.

use api_types::{SessionInfo, Timestamp};

use super::{Pool, Result, Statement, users::User};

/// The maximum number of sessions in the list of an account.
const MAX_LISTED: i64 = 100;

const INSERT: Statement = Statement::new(
    "INSERT",
    "sessions",
    "INSERT INTO sessions (token_sha256, user_id, expires_at, uuid, device, created_at, last_used_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $6)",
);

const USER_OF: Statement = Statement::new(
    "SELECT",
    "sessions",
    "SELECT u.id, u.handle, u.display_name, s.last_used_at \
     FROM sessions AS s JOIN users AS u ON u.id = s.user_id \
     WHERE s.token_sha256 = $1 AND s.expires_at > $2",
);

/// Concurrent requests of a session update it once.
const TOUCH: Statement = Statement::new(
    "UPDATE",
    "sessions",
    "UPDATE sessions SET last_used_at = $2 WHERE token_sha256 = $1 AND last_used_at < $2",
);

const LIST: Statement = Statement::new(
    "SELECT",
    "sessions",
    "SELECT uuid, device, created_at, last_used_at, token_sha256 FROM sessions \
     WHERE user_id = $1 AND expires_at > $2 ORDER BY last_used_at DESC, created_at DESC LIMIT $3",
);

const REVOKE: Statement = Statement::new(
    "DELETE",
    "sessions",
    "DELETE FROM sessions WHERE user_id = $1 AND uuid = $2 RETURNING token_sha256",
);

const DELETE: Statement = Statement::new(
    "DELETE",
    "sessions",
    "DELETE FROM sessions WHERE token_sha256 = $1 RETURNING user_id",
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

/// A session to insert.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewSession<'a> {
    pub(crate) token_sha256: &'a str,
    pub(crate) user_id: i64,
    /// Identifies the session in the list of its account.
    pub(crate) uuid: &'a str,
    pub(crate) device: &'a str,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

/// Starts a session.
pub(crate) async fn insert(pool: &Pool, session: NewSession<'_>) -> Result<()> {
    let query = INSERT
        .query()
        .bind(session.token_sha256)
        .bind(session.user_id)
        .bind(session.expires_at)
        .bind(session.uuid)
        .bind(session.device)
        .bind(session.created_at);
    query.execute(pool.writer()).await?;
    Ok(())
}

/// Returns the account of a session that has not expired, and the time of its last use.
pub(crate) async fn user_of(
    pool: &Pool,
    token_sha256: &str,
    now: Timestamp,
) -> Result<Option<(User, Timestamp)>> {
    let query = USER_OF.query().bind(token_sha256).bind(now);
    let row: Option<(i64, String, String, i64)> = query.fetch_optional(pool.reader()).await?;
    Ok(row.map(|(id, handle, display_name, last_used_at)| {
        let user = User {
            id,
            handle,
            display_name,
        };
        (user, Timestamp::from_millis(last_used_at))
    }))
}

/// Sets the time of the last use.
pub(crate) async fn touch(pool: &Pool, token_sha256: &str, now: Timestamp) -> Result<()> {
    let query = TOUCH.query().bind(token_sha256).bind(now);
    query.execute(pool.writer()).await?;
    Ok(())
}

/// Returns the sessions of the account, last used first. `current` is the session of the request.
pub(crate) async fn list(
    pool: &Pool,
    user_id: i64,
    current: &str,
    now: Timestamp,
) -> Result<Vec<SessionInfo>> {
    let query = LIST.query().bind(user_id).bind(now).bind(MAX_LISTED);
    let rows: Vec<(String, String, i64, i64, String)> = query.fetch_all(pool.reader()).await?;
    let sessions =
        rows.into_iter()
            .map(
                |(uuid, device, created_at, last_used_at, token_sha256)| SessionInfo {
                    uuid,
                    device,
                    created_at: Timestamp::from_millis(created_at),
                    last_used_at: Timestamp::from_millis(last_used_at),
                    is_current: token_sha256 == current,
                },
            );
    Ok(sessions.collect())
}

/// Ends the session of the account with this UUID, and returns the SHA-256 of its token.
pub(crate) async fn revoke(pool: &Pool, user_id: i64, uuid: &str) -> Result<Option<String>> {
    let query = REVOKE.query().bind(user_id).bind(uuid);
    query.fetch_optional(pool.writer()).await
}

/// Ends a session, and returns its account.
pub(crate) async fn delete(pool: &Pool, token_sha256: &str) -> Result<Option<i64>> {
    let query = DELETE.query().bind(token_sha256);
    query.fetch_optional(pool.writer()).await
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
