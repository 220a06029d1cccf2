//! Signing in and out, and who is signed in.

use api_types::{Me, SignIn, Timestamp, validate};
use sha2::{Digest, Sha256};

use super::User;
use crate::{
    AppState, Error, clock,
    error::Failure,
    store::{Pool, notifications, sessions, users},
    telemetry::{Operation, note_user},
};

const SIGN_IN: Operation = Operation::new("accounts", "sign_in");
const SIGN_OUT: Operation = Operation::new("accounts", "sign_out");
const AUTHENTICATE: Operation = Operation::new("accounts", "authenticate");
const ME: Operation = Operation::new("accounts", "current_account");

/// How long a session lasts.
pub(crate) const SESSION_SECONDS: i64 = 30 * 24 * 60 * 60;
const TOKEN_BYTES: usize = 32;

/// A new session: the account, and the token for its cookie.
pub(crate) struct Session {
    pub(crate) me: Me,
    pub(crate) token: String,
}

pub(crate) async fn sign_in(state: &AppState, request: SignIn) -> Result<Session, Error> {
    SIGN_IN
        .run(async {
            validate::sign_in(&request).map_err(Error::Invalid)?;
            let user = verify(state, request).await?;
            note_user(&user);
            let now = clock::now();
            let token = open_session(&state.db, &user, now).await?;
            Ok(Session {
                me: me(&state.db, user, now).await?,
                token,
            })
        })
        .await
}

pub(crate) async fn sign_out(pool: &Pool, token: &str) -> Result<(), Error> {
    SIGN_OUT
        .run(async { Ok(sessions::delete(pool, &sha256(token)).await?) })
        .await
}

/// Whose session this is, if it is one.
pub(crate) async fn by_session(pool: &Pool, token: &str) -> Result<Option<User>, Error> {
    AUTHENTICATE
        .run(async {
            let user = sessions::user_of(pool, &sha256(token), clock::now()).await?;
            if let Some(user) = &user {
                note_user(user);
            }
            Ok(user)
        })
        .await
}

/// The account as its owner sees it.
pub(crate) async fn current(pool: &Pool, user: User) -> Result<Me, Error> {
    ME.run(async {
        note_user(&user);
        me(pool, user, clock::now()).await
    })
    .await
}

async fn me(pool: &Pool, user: User, now: Timestamp) -> Result<Me, Error> {
    let unread_notifications_count = notifications::count_unread(pool, user.id, now).await?;
    Ok(Me {
        handle: user.handle,
        display_name: user.display_name,
        unread_notifications_count,
    })
}

async fn verify(state: &AppState, request: SignIn) -> Result<User, Error> {
    let (user, hash) = users::by_email(&state.db, request.email.trim())
        .await?
        .unzip();
    let matches = state.passwords.verify(request.password, hash).await?;
    user.filter(|_| matches).ok_or(Error::Unauthorized(
        "The email or the password is not right.",
    ))
}

async fn open_session(pool: &Pool, user: &User, now: Timestamp) -> Result<String, Error> {
    let token = new_token()?;
    let expires_at = Timestamp::from_millis(now.as_millis() + SESSION_SECONDS * 1000);
    sessions::delete_expired(pool, user.id, now).await?;
    sessions::insert(pool, &sha256(&token), user.id, expires_at).await?;
    Ok(token)
}

fn new_token() -> Result<String, Error> {
    let mut bytes = [0; TOKEN_BYTES];
    getrandom::fill(&mut bytes)
        .map_err(|error| Error::Failed(Failure::new("getrandom::Error", error)))?;
    Ok(hex(&bytes))
}

fn sha256(token: &str) -> String {
    hex(&Sha256::digest(token))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_differ_and_their_digest_is_not_the_token() {
        let (a, b) = (new_token().unwrap(), new_token().unwrap());
        assert_eq!(a.len(), 2 * TOKEN_BYTES);
        assert_ne!(a, b);
        assert_ne!(sha256(&a), a);
        assert!(sha256("abc").starts_with("ba7816bf"));
    }
}
