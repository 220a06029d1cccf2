//! The claims of a token.

use serde::Deserialize;
use uuid::Uuid;

/// The value of `token_use` in Cognito's access tokens, which have no audience.
const ACCESS: &str = "access";
const MAX_SUBJECT_BYTES: usize = 255;

/// One audience, or several.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// The claims that are used. Issuer and times are verified by the library.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Claims {
    pub(crate) sub: String,
    aud: Option<Audience>,
    client_id: Option<String>,
    token_use: Option<String>,
    preferred_username: Option<String>,
    #[serde(rename = "cognito:username")]
    cognito_username: Option<String>,
    username: Option<String>,
    email: Option<String>,
    name: Option<String>,
}

impl Claims {
    /// Returns whether the token is for one of these audiences. An access token of Cognito names its
    /// client instead.
    pub(super) fn is_for(&self, audiences: &[String]) -> bool {
        let token_use = self.token_use.as_deref();
        match (&self.aud, &self.client_id) {
            _ if !matches!(token_use, None | Some("id" | ACCESS)) => false,
            (Some(Audience::One(audience)), _) => audiences.contains(audience),
            (Some(Audience::Several(all)), _) => all.iter().any(|it| audiences.contains(it)),
            (None, Some(client)) => token_use == Some(ACCESS) && audiences.contains(client),
            (None, None) => false,
        }
    }

    pub(super) fn has_usable_subject(&self) -> bool {
        (1..=MAX_SUBJECT_BYTES).contains(&self.sub.len()) && !self.sub.contains('\0')
    }

    /// Returns the texts that a handle can be made of, the best one first. Cognito's user names are often
    /// UUIDs.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let local_part = self
            .email
            .as_deref()
            .and_then(|email| email.split('@').next());
        let names = [
            self.preferred_username.as_deref(),
            self.cognito_username.as_deref(),
            self.username.as_deref(),
            local_part,
        ];
        let names = names.into_iter().flatten();
        names.filter(|name| Uuid::try_parse(name).is_err())
    }

    pub(crate) fn display_name(&self) -> Option<&str> {
        self.name.as_deref()
    }
}
