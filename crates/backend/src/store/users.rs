//! Accounts.

use api_types::{Profile, Timestamp};

use super::{Pool, Result, Statement};

const BY_HANDLE: Statement = Statement::new(
    "SELECT",
    "users",
    "SELECT id FROM users WHERE lower(handle) = $1",
);

const USER_BY_HANDLE: Statement = Statement::new(
    "SELECT",
    "users",
    "SELECT id, handle, display_name FROM users WHERE lower(handle) = $1",
);

const BY_EMAIL: Statement = Statement::new(
    "SELECT",
    "users",
    "SELECT id, handle, display_name, password_hash FROM users WHERE lower(email) = $1",
);

const PROFILE: Statement = Statement::new(
    "SELECT",
    "users",
    "SELECT u.handle, u.display_name, u.bio, u.created_at, \
     (SELECT count(*) FROM activities \
      WHERE user_id = u.id AND reply_to_id IS NULL AND expires_at > $2) \
     FROM users AS u WHERE lower(u.handle) = $1",
);

const INSERT: Statement = Statement::new(
    "INSERT",
    "users",
    "INSERT INTO users (handle, display_name, bio, email, password_hash, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
);

const UPDATE_PROFILE: Statement = Statement::new(
    "UPDATE",
    "users",
    "UPDATE users SET display_name = $2, bio = $3 WHERE id = $1",
);

const ANY: Statement = Statement::new("SELECT", "users", "SELECT EXISTS (SELECT 1 FROM users)");

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) id: i64,
    pub(crate) handle: String,
    pub(crate) display_name: String,
}

/// An account to insert.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewUser<'a> {
    pub(crate) handle: &'a str,
    pub(crate) display_name: &'a str,
    pub(crate) bio: &'a str,
    pub(crate) email: &'a str,
    pub(crate) password_hash: &'a str,
    pub(crate) created_at: Timestamp,
}

/// Returns the id of the account with this handle.
pub(crate) async fn id_of(pool: &Pool, handle: &str) -> Result<Option<i64>> {
    let query = BY_HANDLE.query().bind(handle.to_ascii_lowercase());
    query.fetch_optional(pool.reader()).await
}

/// Returns the account with this handle.
pub(crate) async fn by_handle(pool: &Pool, handle: &str) -> Result<Option<User>> {
    let query = USER_BY_HANDLE.query().bind(handle.to_ascii_lowercase());
    let row: Option<(i64, String, String)> = query.fetch_optional(pool.reader()).await?;
    Ok(row.map(|(id, handle, display_name)| User {
        id,
        handle,
        display_name,
    }))
}

/// Returns the account with this email, and the hash of its password.
pub(crate) async fn by_email(pool: &Pool, email: &str) -> Result<Option<(User, String)>> {
    let query = BY_EMAIL.query().bind(email.to_ascii_lowercase());
    let row: Option<(i64, String, String, String)> = query.fetch_optional(pool.reader()).await?;
    Ok(row.map(|(id, handle, display_name, hash)| {
        (
            User {
                id,
                handle,
                display_name,
            },
            hash,
        )
    }))
}

/// Returns the profile of the account with this handle.
pub(crate) async fn profile(pool: &Pool, handle: &str, now: Timestamp) -> Result<Option<Profile>> {
    let query = PROFILE.query().bind(handle.to_ascii_lowercase()).bind(now);
    let row: Option<(String, String, String, i64, u32)> =
        query.fetch_optional(pool.reader()).await?;
    Ok(row.map(
        |(handle, display_name, bio, created_at, cruds_count)| Profile {
            handle,
            display_name,
            bio,
            cruds_count,
            created_at: Some(Timestamp::from_millis(created_at)),
        },
    ))
}

/// Inserts an account and returns its id.
pub(crate) async fn insert(pool: &Pool, user: NewUser<'_>) -> Result<i64> {
    let query = INSERT
        .query()
        .bind(user.handle)
        .bind(user.display_name)
        .bind(user.bio)
        .bind(user.email)
        .bind(user.password_hash)
        .bind(user.created_at);
    query.fetch_one(pool.writer()).await
}

/// Sets the display name and the bio of an account.
pub(crate) async fn update_profile(
    pool: &Pool,
    id: i64,
    display_name: &str,
    bio: &str,
) -> Result<()> {
    let query = UPDATE_PROFILE.query().bind(id).bind(display_name).bind(bio);
    query.execute(pool.writer()).await?;
    Ok(())
}

/// Returns whether there is any account.
pub(crate) async fn any(pool: &Pool) -> Result<bool> {
    ANY.query().fetch_one(pool.reader()).await
}
