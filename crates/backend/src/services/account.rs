//! Sign-in, sign-out, and the signed-in account.

use api_types::{Me, SignIn, Timestamp, validate};
use opentelemetry::KeyValue;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::User;
use crate::{
    AppState, Error,
    client_address::ClientAddress,
    clock,
    cookies::Tokens,
    error::Failure,
    hex,
    password::Queue,
    sign_in_limits::{AccountKey, Attempt, Client},
    store::{
        Pool,
        devices::{self, Device},
        messages, notifications,
        sessions::{self, NewSession},
        users,
    },
    telemetry::{Operation, set_attribute, set_user_handle},
};

const SIGN_IN: Operation = Operation::new("accounts", "sign_in");
const SIGN_OUT: Operation = Operation::new("accounts", "sign_out");
const SIGN_OUT_EVERYWHERE: Operation = Operation::new("accounts", "sign_out_everywhere");
const AUTHENTICATE: Operation = Operation::new("accounts", "authenticate");
const ME: Operation = Operation::new("accounts", "current_account");

/// The lifetime of a session.
pub(crate) const SESSION_SECONDS: i64 = 30 * 24 * 60 * 60;
/// How long an unused device stays known.
pub(crate) const DEVICE_SECONDS: i64 = 180 * 24 * 60 * 60;
/// How old the recorded time of a session's last use may become: an update per request would make
/// each read a write.
const LAST_USE_PRECISION_MILLIS: i64 = 10 * 60 * 1000;
const TOKEN_BYTES: usize = 32;

/// A new session: the account, and the tokens for the cookies.
pub(crate) struct Session {
    pub(crate) me: Me,
    pub(crate) token: String,
    pub(crate) device_token: String,
}

/// The client of a sign-in.
pub(crate) struct Caller {
    pub(crate) address: ClientAddress,
    pub(crate) tokens: Tokens,
    /// The name of the session in the list of sessions.
    pub(crate) device_name: String,
}

/// Signs in, and ends the session that the browser had.
pub(crate) async fn sign_in(
    state: &AppState,
    request: SignIn,
    caller: Caller,
) -> Result<Session, Error> {
    SIGN_IN
        .run(async {
            validate::sign_in(&request).map_err(Error::Invalid)?;
            let now = clock::now();
            let Tokens {
                session: old_session,
                device: device_token,
            } = caller.tokens;
            let email = request.email.trim();
            let device = find_device(&state.db, device_token.as_deref(), email, now).await?;
            let user = verify(state, request, caller.address, device).await?;
            set_user_handle(&user.handle);
            let token = open_session(&state.db, &user, &caller.device_name, now).await?;
            if let Some(old_session) = old_session {
                sessions::delete(&state.db, &sha256(&old_session)).await?;
            }
            // A token that no account knows may have been set by an attacker, so it is replaced.
            let known_token = device_token.filter(|_| device.is_known);
            let device_token = save_device(&state.db, &user, known_token, now).await?;
            Ok(Session {
                me: me(&state.db, user, now).await?,
                token,
                device_token,
            })
        })
        .await
}

/// Ends a session.
pub(crate) async fn sign_out(state: &AppState, token: &str) -> Result<(), Error> {
    SIGN_OUT
        .run(async {
            if let Some(user_id) = sessions::delete(&state.db, &sha256(token)).await? {
                state.live.check_sessions(&state.db, user_id).await;
            }
            Ok(())
        })
        .await
}

/// Ends all sessions of the account, and deletes its known devices except this one.
pub(crate) async fn sign_out_everywhere(
    pool: &Pool,
    user: &User,
    device_token: Option<&str>,
) -> Result<(), Error> {
    SIGN_OUT_EVERYWHERE
        .run(async {
            set_user_handle(&user.handle);
            sessions::delete_of_user(pool, user.id).await?;
            let this_device = device_token.map(sha256).unwrap_or_default();
            Ok(devices::delete_others(pool, user.id, &this_device).await?)
        })
        .await
}

/// Returns the account of a session, if the session exists.
pub(crate) async fn by_session(pool: &Pool, token: &str) -> Result<Option<User>, Error> {
    AUTHENTICATE
        .run(async {
            let (token_sha256, now) = (sha256(token), clock::now());
            let Some((user, last_used_at)) = sessions::user_of(pool, &token_sha256, now).await?
            else {
                return Ok(None);
            };
            set_user_handle(&user.handle);
            if now.as_millis() - last_used_at.as_millis() >= LAST_USE_PRECISION_MILLIS {
                // Its failure is on its span. It must not fail a request that only reads.
                let _ = sessions::touch(pool, &token_sha256, now).await;
            }
            Ok(Some(user))
        })
        .await
}

/// Returns the account in the form for its owner.
pub(crate) async fn current(pool: &Pool, user: User) -> Result<Me, Error> {
    ME.run(async {
        set_user_handle(&user.handle);
        me(pool, user, clock::now()).await
    })
    .await
}

async fn me(pool: &Pool, user: User, now: Timestamp) -> Result<Me, Error> {
    let unread_notifications_count = notifications::count_unread(pool, user.id, now).await?;
    let unread_conversations_count = messages::count_unread(pool, user.id).await?;
    Ok(Me {
        handle: user.handle,
        display_name: user.display_name,
        unread_notifications_count,
        unread_conversations_count,
    })
}

async fn find_device(
    pool: &Pool,
    token: Option<&str>,
    email: &str,
    now: Timestamp,
) -> Result<Device, Error> {
    match token {
        Some(token) => Ok(devices::find(pool, &sha256(token), email, now).await?),
        None => Ok(Device::default()),
    }
}

async fn verify(
    state: &AppState,
    request: SignIn,
    address: ClientAddress,
    device: Device,
) -> Result<User, Error> {
    let email = request.email.trim();
    let client = Client {
        address,
        known_device: device.id_for_account,
    };
    let attempt = admit(state, email, client)?;
    let (user, hash) = users::by_email(&state.db, email).await?.unzip();
    let queue = match client.known_device {
        Some(_) => Queue::KnownDevice,
        None => Queue::General,
    };
    let matches = state
        .passwords
        .verify(request.password, hash, queue)
        .await?;
    let user = user.filter(|_| matches).ok_or(Error::Unauthorized(
        "The email or the password is not right.",
    ))?;
    attempt.succeed();
    Ok(user)
}

fn admit(state: &AppState, email: &str, client: Client) -> Result<Attempt, Error> {
    let account: AccountKey = Sha256::digest(email.to_ascii_lowercase()).into();
    state
        .sign_in_limits
        .admit(account, client)
        .map_err(|rejection| {
            let limit = rejection.limit.name();
            set_attribute(KeyValue::new("app.sign_in.refused_by", limit));
            Error::TooManyRequests(rejection.retry_after)
        })
}

/// Saves the device as one that the account has signed in on, and returns its token.
async fn save_device(
    pool: &Pool,
    user: &User,
    known_token: Option<String>,
    now: Timestamp,
) -> Result<String, Error> {
    let token = known_token.map_or_else(new_token, Ok)?;
    let expires_at = Timestamp::from_millis(now.as_millis() + DEVICE_SECONDS * 1000);
    devices::upsert(pool, &sha256(&token), user.id, expires_at).await?;
    Ok(token)
}

async fn open_session(
    pool: &Pool,
    user: &User,
    device_name: &str,
    now: Timestamp,
) -> Result<String, Error> {
    let token = new_token()?;
    let session = NewSession {
        token_sha256: &sha256(&token),
        user_id: user.id,
        uuid: &Uuid::new_v4().to_string(),
        device: device_name,
        created_at: now,
        expires_at: Timestamp::from_millis(now.as_millis() + SESSION_SECONDS * 1000),
    };
    sessions::delete_expired(pool, user.id, now).await?;
    sessions::insert(pool, session).await?;
    Ok(token)
}

fn new_token() -> Result<String, Error> {
    let mut bytes = [0; TOKEN_BYTES];
    getrandom::fill(&mut bytes)
        .map_err(|error| Error::Failed(Failure::new("getrandom::Error", error)))?;
    Ok(hex(&bytes))
}

/// Returns the key of the session with this token in the database.
pub(crate) fn session_id(token: &str) -> String {
    sha256(token)
}

fn sha256(token: &str) -> String {
    hex(&Sha256::digest(token))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_unique_and_differ_from_their_digests() {
        let (a, b) = (new_token().unwrap(), new_token().unwrap());
        assert_eq!(a.len(), 2 * TOKEN_BYTES);
        assert_ne!(a, b);
        assert_ne!(sha256(&a), a);
        assert!(sha256("abc").starts_with("ba7816bf"));
    }
}
