//! The accounts of users with bearer tokens.

use api_types::{
    HANDLE_MAX_CHARS, HANDLE_MIN_CHARS, ProfileUpdate, credentials::handle_code, validate,
};
use uuid::Uuid;

use super::User;
use crate::{
    Error, clock,
    error::Failure,
    oidc::{BearerTokens, Claims},
    store::{
        Pool,
        identities::{self, Identity},
    },
    telemetry::{Operation, set_user_handle},
};

const AUTHENTICATE: Operation = Operation::new("accounts", "authenticate_bearer");

/// The number of handles with a random ending that are tried after the first one.
const RANDOM_HANDLES: usize = 3;
/// The number of random characters of a handle that was taken.
const RANDOM_CHARS: usize = 6;

/// Returns the account of a bearer token. The first token of a user creates the account.
///
/// Accounts are not linked by email: a user with this address at the issuer could otherwise take over
/// another user's account.
pub(crate) async fn by_bearer(
    pool: &Pool,
    tokens: Option<&BearerTokens>,
    token: &str,
) -> Result<User, Error> {
    AUTHENTICATE
        .run(async {
            let tokens = tokens.ok_or(Error::InvalidToken(
                "This server accepts no bearer tokens: sign in instead.",
            ))?;
            let claims = tokens.verify(token).await?;
            let identity = Identity {
                issuer: tokens.issuer(),
                subject: &claims.sub,
            };
            let user = match identities::user_of(pool, identity).await? {
                Some(user) => user,
                None => create(pool, identity, &claims).await?,
            };
            set_user_handle(&user.handle);
            Ok(user)
        })
        .await
}

async fn create(pool: &Pool, identity: Identity<'_>, claims: &Claims) -> Result<User, Error> {
    let handles = handles(claims);
    let display_name = claims.display_name().filter(|name| is_display_name(name));
    let now = clock::now();
    if let Some(user) = identities::insert(pool, identity, &handles, display_name, now).await? {
        return Ok(user);
    }
    let user = identities::user_of(pool, identity).await?;
    let cause = "no handle is free for a new account";
    user.ok_or_else(|| Failure::unavailable("identities", cause).into())
}

/// Returns handles to try, from the first name that can be one.
fn handles(claims: &Claims) -> Vec<String> {
    let mut names = claims.names().map(to_handle);
    let name = names.find(|name| handle_code(name).is_none());
    let base = name.clone().unwrap_or_else(|| "user".to_owned());
    let stem = &base[..base.len().min(HANDLE_MAX_CHARS - RANDOM_CHARS - 1)];
    let random = std::iter::repeat_with(|| {
        let random = Uuid::new_v4().simple().to_string();
        format!("{stem}_{}", &random[..RANDOM_CHARS])
    });
    let random = random.take(RANDOM_HANDLES);
    name.into_iter().chain(random).collect()
}

/// Replaces what a handle cannot contain. Letters of other scripts are not transliterated.
fn to_handle(name: &str) -> String {
    let lowercase = name.chars().map(|c| c.to_ascii_lowercase());
    let allowed = lowercase.map(|c| if c.is_ascii_alphanumeric() { c } else { '_' });
    let handle: String = allowed.take(HANDLE_MAX_CHARS).collect();
    let handle = handle.trim_matches('_');
    format!("{handle:_<HANDLE_MIN_CHARS$}")
}

fn is_display_name(name: &str) -> bool {
    let update = ProfileUpdate {
        display_name: name.to_owned(),
        bio: String::new(),
    };
    validate::profile_update(&update).is_ok()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn first_handle(claims: Value) -> String {
        let claims: Claims = serde_json::from_value(claims).unwrap();
        let handles = handles(&claims);
        for handle in &handles {
            assert_eq!(handle_code(handle), None, "{handle}");
        }
        handles[0].clone()
    }

    #[test]
    fn handle_is_made_of_the_first_usable_name() {
        for (claims, expected) in [
            (
                json!({ "sub": "1", "preferred_username": "Worf.Son-of_Mogh" }),
                "worf_son_of_mogh",
            ),
            (
                json!({ "sub": "1", "cognito:username": "worf", "email": "a@b" }),
                "worf",
            ),
            (json!({ "sub": "1", "username": "jo" }), "jo_"),
            (
                json!({ "sub": "1", "preferred_username": "admin", "email": "Worf@x" }),
                "worf",
            ),
            (
                json!({ "sub": "1", "preferred_username": "ворф", "email": "worf" }),
                "worf",
            ),
            (
                json!({ "sub": "1", "username": "0af76519-16cd-43dd-8448-eb211c80319c", "email": "w1@x" }),
                "w1_",
            ),
        ] {
            assert_eq!(first_handle(claims.clone()), expected, "{claims}");
        }
        let long = json!({ "sub": "1", "username": "w".repeat(10_000) });
        assert_eq!(first_handle(long).len(), HANDLE_MAX_CHARS);
    }

    #[test]
    fn user_without_a_usable_name_gets_a_random_handle() {
        for claims in [
            json!({ "sub": "1" }),
            json!({ "sub": "1", "email": "123@x" }),
        ] {
            assert!(first_handle(claims).starts_with("user_"));
        }
    }
}
