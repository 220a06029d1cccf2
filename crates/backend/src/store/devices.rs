//! Known devices: an account has signed in on them before, so other clients' guesses do not block
//! them.

use api_types::Timestamp;

use super::{Pool, Result, Statement};

/// The maximum number of devices per account. The least recently used ones are deleted.
const MAX_DEVICES: u32 = 20;

const FIND: Statement = Statement::new(
    "SELECT",
    "known_devices",
    "SELECT d.id, lower(u.email) = $2 FROM known_devices AS d \
     JOIN users AS u ON u.id = d.user_id \
     WHERE d.token_sha256 = $1 AND d.expires_at > $3",
);

const UPSERT: Statement = Statement::new(
    "INSERT",
    "known_devices",
    "INSERT INTO known_devices (token_sha256, user_id, expires_at) VALUES ($1, $2, $3) \
     ON CONFLICT (token_sha256, user_id) DO UPDATE SET expires_at = excluded.expires_at",
);

const DELETE_SURPLUS: Statement = Statement::new(
    "DELETE",
    "known_devices",
    "DELETE FROM known_devices WHERE user_id = $1 AND id NOT IN \
     (SELECT id FROM known_devices WHERE user_id = $1 ORDER BY expires_at DESC, id DESC LIMIT $2)",
);

const DELETE_OTHERS: Statement = Statement::new(
    "DELETE",
    "known_devices",
    "DELETE FROM known_devices WHERE user_id = $1 AND token_sha256 <> $2",
);

/// A device that presents a token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Device {
    /// Its id, if the account has signed in on it.
    pub(crate) id_for_account: Option<i64>,
    /// Whether any account has signed in on it.
    pub(crate) is_known: bool,
}

/// Finds the device with this token, for the account with this email.
pub(crate) async fn find(
    pool: &Pool,
    token_sha256: &str,
    email: &str,
    now: Timestamp,
) -> Result<Device> {
    let query = FIND
        .query()
        .bind(token_sha256)
        .bind(email.to_ascii_lowercase())
        .bind(now);
    let rows: Vec<(i64, bool)> = query.fetch_all(pool.reader()).await?;
    Ok(Device {
        id_for_account: rows.iter().find(|(_, is_own)| *is_own).map(|(id, _)| *id),
        is_known: !rows.is_empty(),
    })
}

/// Inserts the device, or extends its lifetime.
pub(crate) async fn upsert(
    pool: &Pool,
    token_sha256: &str,
    user_id: i64,
    expires_at: Timestamp,
) -> Result<()> {
    let query = UPSERT
        .query()
        .bind(token_sha256)
        .bind(user_id)
        .bind(expires_at);
    query.execute(pool.writer()).await?;
    let query = DELETE_SURPLUS.query().bind(user_id).bind(MAX_DEVICES);
    query.execute(pool.writer()).await?;
    Ok(())
}

/// Deletes all devices of the account except this one.
pub(crate) async fn delete_others(pool: &Pool, user_id: i64, token_sha256: &str) -> Result<()> {
    let query = DELETE_OTHERS.query().bind(user_id).bind(token_sha256);
    query.execute(pool.writer()).await?;
    Ok(())
}
