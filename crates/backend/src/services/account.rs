//! Signing in and out, and who is signed in.

use api_types::{Me, SignIn, Timestamp, validate};
use opentelemetry::KeyValue;
use sha2::{Digest, Sha256};

use super::User;
use crate::{
    AppState, Error,
    client_address::ClientAddress,
    clock,
    error::Failure,
    hex,
    password::Queue,
    sign_in_limits::{AccountKey, Attempt, Client},
    store::{
        Pool,
        devices::{self, Device},
        notifications, sessions, users,
    },
    telemetry::{Operation, note, note_user},
};

const SIGN_IN: Operation = Operation::new("accounts", "sign_in");
const SIGN_OUT: Operation = Operation::new("accounts", "sign_out");
const SIGN_OUT_EVERYWHERE: Operation = Operation::new("accounts", "sign_out_everywhere");
const AUTHENTICATE: Operation = Operation::new("accounts", "authenticate");
const ME: Operation = Operation::new("accounts", "current_account");

/// How long a session lasts.
pub(crate) const SESSION_SECONDS: i64 = 30 * 24 * 60 * 60;
/// How long a device that is not used stays known.
pub(crate) const DEVICE_SECONDS: i64 = 180 * 24 * 60 * 60;
const TOKEN_BYTES: usize = 32;

/// A new session: the account, and the tokens for its cookies.
pub(crate) struct Session {
    pub(crate) me: Me,
    pub(crate) token: String,
    pub(crate) device_token: String,
}

/// What a browser shows of itself when it signs in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caller<'a> {
    pub(crate) address: ClientAddress,
    pub(crate) session_token: Option<&'a str>,
    pub(crate) device_token: Option<&'a str>,
}

pub(crate) async fn sign_in(
    state: &AppState,
    request: SignIn,
    caller: Caller<'_>,
) -> Result<Session, Error> {
    SIGN_IN
        .run(async {
            validate::sign_in(&request).map_err(Error::Invalid)?;
            let now = clock::now();
            let device = find_device(&state.db, caller, request.email.trim(), now).await?;
            let user = verify(state, request, caller, device).await?;
            note_user(&user);
            let token = open_session(&state.db, &user, now).await?;
            if let Some(replaced) = caller.session_token {
                sessions::delete(&state.db, &sha256(replaced)).await?;
            }
            let known = caller.device_token.filter(|_| device.is_known);
            let device_token = remember_device(&state.db, &user, known, now).await?;
            Ok(Session {
                me: me(&state.db, user, now).await?,
                token,
                device_token,
            })
        })
        .await
}

pub(crate) async fn sign_out(pool: &Pool, token: &str) -> Result<(), Error> {
    SIGN_OUT
        .run(async { Ok(sessions::delete(pool, &sha256(token)).await?) })
        .await
}

/// Ends every session of the account, also those on other devices, which are no longer known.
pub(crate) async fn sign_out_everywhere(
    pool: &Pool,
    user: &User,
    device_token: Option<&str>,
) -> Result<(), Error> {
    SIGN_OUT_EVERYWHERE
        .run(async {
            note_user(user);
            sessions::delete_of_user(pool, user.id).await?;
            let kept = device_token.map(sha256).unwrap_or_default();
            Ok(devices::delete_others(pool, user.id, &kept).await?)
        })
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

/// A device is looked up by what its browser shows, which is nothing the first time.
async fn find_device(
    pool: &Pool,
    caller: Caller<'_>,
    email: &str,
    now: Timestamp,
) -> Result<Device, Error> {
    match caller.device_token {
        Some(token) => Ok(devices::find(pool, &sha256(token), email, now).await?),
        None => Ok(Device::default()),
    }
}

async fn verify(
    state: &AppState,
    request: SignIn,
    caller: Caller<'_>,
    device: Device,
) -> Result<User, Error> {
    let email = request.email.trim();
    let client = Client {
        address: caller.address,
        known_device: device.id_for_account,
    };
    let attempt = admit(state, email, client)?;
    let (user, hash) = users::by_email(&state.db, email).await?.unzip();
    let queue = match client.known_device {
        Some(_) => Queue::KnownDevice,
        None => Queue::Everybody,
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
        .map_err(|refused| {
            note(KeyValue::new("app.sign_in.refused_by", refused.by.name()));
            Error::TooManyRequests(refused.retry_after)
        })
}

/// A token that no account knows may have been planted, so it is not taken over.
async fn remember_device(
    pool: &Pool,
    user: &User,
    known_token: Option<&str>,
    now: Timestamp,
) -> Result<String, Error> {
    let token = match known_token {
        Some(token) => token.to_owned(),
        None => new_token()?,
    };
    let expires_at = Timestamp::from_millis(now.as_millis() + DEVICE_SECONDS * 1000);
    devices::remember(pool, &sha256(&token), user.id, expires_at).await?;
    Ok(token)
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
