//! Accounts of users who sign in with another issuer.

use api_types::Timestamp;
use uuid::Uuid;

use super::{Connection, Pool, Result, Statement, WriteTransaction, users::User};

const USER_OF: Statement = Statement::new(
    "SELECT",
    "identities",
    "SELECT u.id, u.handle, u.display_name FROM identities AS i JOIN users AS u ON u.id = i.user_id \
     WHERE i.issuer = $1 AND i.subject = $2",
);

const INSERT: Statement = Statement::new(
    "INSERT",
    "identities",
    "INSERT INTO identities (issuer, subject, user_id, created_at) VALUES ($1, $2, $3, $4) \
     ON CONFLICT DO NOTHING",
);

const INSERT_USER: Statement = Statement::new(
    "INSERT",
    "users",
    "INSERT INTO users (handle, display_name, bio, email, password_hash, created_at) \
     VALUES ($1, $2, '', $3, '', $4) ON CONFLICT DO NOTHING RETURNING id",
);

/// A user as an issuer knows it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Identity<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) subject: &'a str,
}

/// Returns the account of an identity.
pub(crate) async fn user_of(pool: &Pool, identity: Identity<'_>) -> Result<Option<User>> {
    let query = USER_OF.query().bind(identity.issuer).bind(identity.subject);
    let row: Option<(i64, String, String)> = query.fetch_optional(pool.reader()).await?;
    Ok(row.map(|(id, handle, display_name)| User {
        id,
        handle,
        display_name,
    }))
}

/// Creates the account of an identity, with the first handle that is free. `None` if all are taken, or if
/// another request was faster.
pub(crate) async fn insert(
    pool: &Pool,
    identity: Identity<'_>,
    handles: &[String],
    display_name: Option<&str>,
    now: Timestamp,
) -> Result<Option<User>> {
    let mut transaction = WriteTransaction::begin(pool).await?;
    let connection = transaction.connection();
    let Some(user) = insert_user(connection, handles, display_name, now).await? else {
        return Ok(None);
    };
    let query = INSERT
        .query()
        .bind(identity.issuer)
        .bind(identity.subject)
        .bind(user.id)
        .bind(now);
    if query.execute(connection).await? == 0 {
        // Without a commit, the account does not exist.
        return Ok(None);
    }
    transaction.commit().await?;
    Ok(Some(user))
}

/// The account has no password and not the issuer's address. It cannot be signed in to or recovered with an
/// address, and the address stays free for a sign-up.
async fn insert_user(
    connection: &mut Connection,
    handles: &[String],
    display_name: Option<&str>,
    now: Timestamp,
) -> Result<Option<User>> {
    let no_email = format!("oidc:{}", Uuid::new_v4());
    for handle in handles {
        let display_name = display_name.unwrap_or(handle);
        let query = INSERT_USER
            .query()
            .bind(handle)
            .bind(display_name)
            .bind(&no_email)
            .bind(now);
        let id: Option<i64> = query.fetch_optional(&mut *connection).await?;
        if let Some(id) = id {
            return Ok(Some(User {
                id,
                handle: handle.clone(),
                display_name: display_name.to_owned(),
            }));
        }
    }
    Ok(None)
}
