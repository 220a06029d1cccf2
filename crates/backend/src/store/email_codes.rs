//! Codes sent by mail, and the sign-ups and password resets that they complete.
//!
//! Each attempt is counted before its code is compared, in the transaction that uses the code, so
//! that concurrent attempts cannot exceed the limit.

use api_types::Timestamp;

use super::{Pool, Result, Statement, WriteTransaction, users::User};

/// The number of sign-ups or resets of one address at a time. The oldest ones are deleted.
///
/// A sign-up does not replace another one: someone else could otherwise replace the password of a
/// sign-up just before its owner enters the code.
const MAX_PER_EMAIL: i64 = 3;

const INSERT: Statement = Statement::new(
    "INSERT",
    "email_codes",
    "INSERT INTO email_codes (purpose, email, code_hash, attempts_left, code_expires_at, \
     expires_at, handle, display_name, password_hash) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
);

const DELETE_SURPLUS: Statement = Statement::new(
    "DELETE",
    "email_codes",
    "DELETE FROM email_codes WHERE purpose = $1 AND email = $2 AND id NOT IN \
     (SELECT id FROM email_codes WHERE purpose = $1 AND email = $2 ORDER BY id DESC LIMIT $3)",
);

const PENDING: Statement = Statement::new(
    "SELECT",
    "email_codes",
    "SELECT id, handle FROM email_codes WHERE purpose = $1 AND email = $2 AND expires_at > $3 \
     ORDER BY id",
);

const REPLACE_CODE: Statement = Statement::new(
    "UPDATE",
    "email_codes",
    "UPDATE email_codes SET code_hash = $2, attempts_left = $3, code_expires_at = $4 WHERE id = $1",
);

const TAKE_ATTEMPT: Statement = Statement::new(
    "UPDATE",
    "email_codes",
    "UPDATE email_codes SET attempts_left = attempts_left - 1 \
     WHERE purpose = $1 AND email = $2 AND attempts_left > 0 AND code_expires_at > $3 \
     RETURNING id, code_hash, handle, display_name, password_hash",
);

const INSERT_USER: Statement = Statement::new(
    "INSERT",
    "users",
    "INSERT INTO users (handle, display_name, bio, email, password_hash, created_at) \
     VALUES ($1, $2, '', $3, $4, $5) ON CONFLICT DO NOTHING RETURNING id",
);

const SET_PASSWORD: Statement = Statement::new(
    "UPDATE",
    "users",
    "UPDATE users SET password_hash = $2 WHERE lower(email) = $1 \
     RETURNING id, handle, display_name",
);

const DELETE: Statement = Statement::new(
    "DELETE",
    "email_codes",
    "DELETE FROM email_codes WHERE id = $1",
);

const DELETE_OF_EMAIL: Statement = Statement::new(
    "DELETE",
    "email_codes",
    "DELETE FROM email_codes WHERE email = $1",
);

const DELETE_SESSIONS: Statement = Statement::new(
    "DELETE",
    "sessions",
    "DELETE FROM sessions WHERE user_id = $1",
);

const DELETE_DEVICES: Statement = Statement::new(
    "DELETE",
    "known_devices",
    "DELETE FROM known_devices WHERE user_id = $1",
);

/// What a code completes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    SignUp,
    PasswordReset,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Self::SignUp => "sign_up",
            Self::PasswordReset => "password_reset",
        }
    }
}

/// The hash of a code, and its limits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CodeHash<'a> {
    pub(crate) hash: &'a str,
    pub(crate) attempts: u32,
    pub(crate) expires_at: Timestamp,
}

/// The account that a sign-up creates. It is empty for a reset.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PendingAccount<'a> {
    pub(crate) handle: &'a str,
    pub(crate) display_name: &'a str,
    pub(crate) password_hash: &'a str,
}

/// A code to insert.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewCode<'a> {
    pub(crate) purpose: Purpose,
    pub(crate) email: &'a str,
    pub(crate) code: CodeHash<'a>,
    pub(crate) expires_at: Timestamp,
    pub(crate) account: PendingAccount<'a>,
}

/// A sign-up without a confirmed address.
#[derive(Clone, Debug)]
pub(crate) struct PendingSignUp {
    pub(crate) id: i64,
    pub(crate) handle: String,
}

/// The result of an attempt to confirm a sign-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Confirmed {
    /// The account with this handle was created.
    Created { handle: String },
    /// The code is right, but meanwhile another account has the handle. The sign-up is deleted.
    HandleTaken,
    /// The code is wrong, has expired, or has no attempts left.
    WrongCode,
}

struct Candidate {
    id: i64,
    code_hash: String,
    handle: String,
    display_name: String,
    password_hash: String,
}

/// Inserts a code, and deletes the oldest ones of the address.
pub(crate) async fn insert(pool: &Pool, new: NewCode<'_>) -> Result<()> {
    let query = INSERT
        .query()
        .bind(new.purpose.name())
        .bind(new.email)
        .bind(new.code.hash)
        .bind(i64::from(new.code.attempts))
        .bind(new.code.expires_at)
        .bind(new.expires_at)
        .bind(new.account.handle)
        .bind(new.account.display_name)
        .bind(new.account.password_hash);
    query.execute(pool.writer()).await?;
    let query = DELETE_SURPLUS
        .query()
        .bind(new.purpose.name())
        .bind(new.email)
        .bind(MAX_PER_EMAIL);
    query.execute(pool.writer()).await?;
    Ok(())
}

/// Returns the sign-ups of an address, oldest first.
pub(crate) async fn pending_sign_ups(
    pool: &Pool,
    email: &str,
    now: Timestamp,
) -> Result<Vec<PendingSignUp>> {
    let query = PENDING
        .query()
        .bind(Purpose::SignUp.name())
        .bind(email)
        .bind(now);
    let rows: Vec<(i64, String)> = query.fetch_all(pool.reader()).await?;
    let sign_ups = rows.into_iter();
    Ok(sign_ups
        .map(|(id, handle)| PendingSignUp { id, handle })
        .collect())
}

/// Replaces the code of a sign-up.
pub(crate) async fn replace_code(pool: &Pool, id: i64, code: CodeHash<'_>) -> Result<()> {
    let query = REPLACE_CODE
        .query()
        .bind(id)
        .bind(code.hash)
        .bind(i64::from(code.attempts))
        .bind(code.expires_at);
    query.execute(pool.writer()).await?;
    Ok(())
}

/// Creates the account of the sign-up with this code.
pub(crate) async fn confirm(
    pool: &Pool,
    email: &str,
    code_hash: &str,
    now: Timestamp,
) -> Result<Confirmed> {
    let mut transaction = WriteTransaction::begin(pool).await?;
    let found = take_attempt(&mut transaction, Purpose::SignUp, email, code_hash, now).await?;
    let Some(sign_up) = found else {
        transaction.commit().await?;
        return Ok(Confirmed::WrongCode);
    };
    let confirmed = if insert_user(&mut transaction, email, &sign_up, now).await? {
        let query = DELETE_OF_EMAIL.query().bind(email.to_owned());
        query.execute(transaction.connection()).await?;
        Confirmed::Created {
            handle: sign_up.handle,
        }
    } else {
        let query = DELETE.query().bind(sign_up.id);
        query.execute(transaction.connection()).await?;
        Confirmed::HandleTaken
    };
    transaction.commit().await?;
    Ok(confirmed)
}

/// Sets the password of the account with this address, if the code is right, and ends its sessions.
pub(crate) async fn reset_password(
    pool: &Pool,
    email: &str,
    code_hash: &str,
    password_hash: &str,
    now: Timestamp,
) -> Result<Option<User>> {
    let mut transaction = WriteTransaction::begin(pool).await?;
    let purpose = Purpose::PasswordReset;
    let found = take_attempt(&mut transaction, purpose, email, code_hash, now).await?;
    let user = match found {
        Some(_) => set_password(&mut transaction, email, password_hash).await?,
        None => None,
    };
    if let Some(user) = &user {
        for statement in [DELETE_SESSIONS, DELETE_DEVICES] {
            let query = statement.query().bind(user.id);
            query.execute(transaction.connection()).await?;
        }
        let query = DELETE_OF_EMAIL.query().bind(email.to_owned());
        query.execute(transaction.connection()).await?;
    }
    transaction.commit().await?;
    Ok(user)
}

/// Counts an attempt for each code of the address, and returns the one with this hash.
async fn take_attempt(
    transaction: &mut WriteTransaction,
    purpose: Purpose,
    email: &str,
    code_hash: &str,
    now: Timestamp,
) -> Result<Option<Candidate>> {
    let query = TAKE_ATTEMPT
        .query()
        .bind(purpose.name())
        .bind(email.to_owned())
        .bind(now);
    let rows: Vec<(i64, String, String, String, String)> =
        query.fetch_all(transaction.connection()).await?;
    let candidates = rows.into_iter().map(
        |(id, code_hash, handle, display_name, password_hash)| Candidate {
            id,
            code_hash,
            handle,
            display_name,
            password_hash,
        },
    );
    // The time of the comparison reveals nothing: the argon2 hash of a guess cannot be chosen.
    Ok(candidates
        .into_iter()
        .find(|candidate| candidate.code_hash == code_hash))
}

/// Returns whether the account was inserted. It is not if the handle or the address has an account.
async fn insert_user(
    transaction: &mut WriteTransaction,
    email: &str,
    sign_up: &Candidate,
    now: Timestamp,
) -> Result<bool> {
    let query = INSERT_USER
        .query()
        .bind(sign_up.handle.clone())
        .bind(sign_up.display_name.clone())
        .bind(email.to_owned())
        .bind(sign_up.password_hash.clone())
        .bind(now);
    let id: Option<i64> = query.fetch_optional(transaction.connection()).await?;
    Ok(id.is_some())
}

async fn set_password(
    transaction: &mut WriteTransaction,
    email: &str,
    password_hash: &str,
) -> Result<Option<User>> {
    let query = SET_PASSWORD
        .query()
        .bind(email.to_owned())
        .bind(password_hash.to_owned());
    let row: Option<(i64, String, String)> = query.fetch_optional(transaction.connection()).await?;
    Ok(row.map(|(id, handle, display_name)| User {
        id,
        handle,
        display_name,
    }))
}
