//! The routes of the page.
//!
//! `Routable` is implemented by hand: its derive supports only whole path segments as parameters, and
//! would percent-encode the `@` of a handle.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use urlencoding::{decode, encode};
use yew::AttrValue;
use yew_router::Routable;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Home,
    Notifications,
    Search,
    SignIn,
    SignUp,
    /// The code that confirms the address of a sign-up.
    Confirm,
    /// A new password by a code.
    Forgot,
    /// The account: profile and sessions.
    More,
    /// A user's profile and cruds. The handle has no `@`.
    Profile {
        handle: AttrValue,
    },
    Messages,
    /// The conversation with a user. The handle has no `@`.
    Conversation {
        handle: AttrValue,
    },
    /// One crud with its replies.
    Status {
        handle: AttrValue,
        uuid: AttrValue,
    },
    NotFound,
}

/// The query string of [`Route::Search`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SearchQuery {
    #[serde(default)]
    pub(crate) term: String,
}

impl Route {
    /// Returns whether the page is for users without a session, such as the sign-in page.
    pub(crate) fn is_entrance(&self) -> bool {
        matches!(
            self,
            Self::SignIn | Self::SignUp | Self::Confirm | Self::Forgot
        )
    }

    pub(crate) fn profile(handle: &str) -> Self {
        Self::Profile {
            handle: AttrValue::from(handle.to_owned()),
        }
    }

    pub(crate) fn conversation(handle: &str) -> Self {
        Self::Conversation {
            handle: AttrValue::from(handle.to_owned()),
        }
    }

    pub(crate) fn status(handle: &str, uuid: &str) -> Self {
        Self::Status {
            handle: AttrValue::from(handle.to_owned()),
            uuid: AttrValue::from(uuid.to_owned()),
        }
    }

    fn parse(path: &str) -> Self {
        let segments: Vec<&str> = path
            .split('/')
            .filter(|segment| !segment.is_empty())
            .collect();
        match segments.as_slice() {
            [] => Self::Home,
            ["notifications"] => Self::Notifications,
            ["messages"] => Self::Messages,
            ["messages", user] => {
                handle(user).map_or(Self::NotFound, |handle| Self::conversation(&handle))
            }
            ["search"] => Self::Search,
            ["signin"] => Self::SignIn,
            ["signup"] => Self::SignUp,
            ["confirm"] => Self::Confirm,
            ["forgot"] => Self::Forgot,
            ["more"] => Self::More,
            [user] => handle(user).map_or(Self::NotFound, |handle| Self::profile(&handle)),
            [user, "status", uuid] => {
                handle(user).map_or(Self::NotFound, |handle| Self::status(&handle, uuid))
            }
            _ => Self::NotFound,
        }
    }
}

fn handle(segment: &str) -> Option<String> {
    let segment = decode(segment).ok()?;
    let handle = segment.strip_prefix('@')?;
    (!handle.is_empty()).then(|| handle.to_owned())
}

impl Routable for Route {
    fn from_path(path: &str, _params: &HashMap<&str, &str>) -> Option<Self> {
        Self::recognize(path)
    }

    fn to_path(&self) -> String {
        match self {
            Self::Home => "/".to_owned(),
            Self::Notifications => "/notifications".to_owned(),
            Self::Messages => "/messages".to_owned(),
            Self::Conversation { handle } => format!("/messages/@{}", encode(handle)),
            Self::Search => "/search".to_owned(),
            Self::SignIn => "/signin".to_owned(),
            Self::SignUp => "/signup".to_owned(),
            Self::Confirm => "/confirm".to_owned(),
            Self::Forgot => "/forgot".to_owned(),
            Self::More => "/more".to_owned(),
            Self::Profile { handle } => format!("/@{}", encode(handle)),
            Self::Status { handle, uuid } => {
                format!("/@{}/status/{uuid}", encode(handle))
            }
            Self::NotFound => "/404".to_owned(),
        }
    }

    fn routes() -> Vec<&'static str> {
        vec![
            "/",
            "/notifications",
            "/messages",
            "/messages/@:handle",
            "/search",
            "/signin",
            "/signup",
            "/confirm",
            "/forgot",
            "/more",
            "/@:handle",
            "/@:handle/status/:uuid",
        ]
    }

    fn not_found_route() -> Option<Self> {
        Some(Self::NotFound)
    }

    fn recognize(path: &str) -> Option<Self> {
        Some(Self::parse(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, expected: &Route) {
        assert_eq!(Route::recognize(path).as_ref(), Some(expected), "{path}");
    }

    #[test]
    fn route_is_parsed_from_its_own_path() {
        for route in [
            Route::Home,
            Route::Notifications,
            Route::Messages,
            Route::conversation("worf"),
            Route::Search,
            Route::SignIn,
            Route::SignUp,
            Route::Confirm,
            Route::Forgot,
            Route::More,
            Route::profile("worf"),
            Route::status("worf", "c0ffee"),
            Route::NotFound,
        ] {
            check(&route.to_path(), &route);
        }
    }

    #[test]
    fn trailing_slash_and_encoded_at_sign_are_accepted() {
        check("/search/", &Route::Search);
        check("/%40worf", &Route::profile("worf"));
        assert_eq!(Route::profile("worf").to_path(), "/@worf");
    }

    #[test]
    fn handle_is_percent_encoded() {
        let route = Route::profile("Andrew Brown/?é");
        assert_eq!(route.to_path(), "/@Andrew%20Brown%2F%3F%C3%A9");
        check(&route.to_path(), &route);
    }

    #[test]
    fn other_paths_are_not_found() {
        for path in [
            "/worf",
            "/@",
            "/@worf/status",
            "/@worf/likes/1",
            "/search/more",
            "/messages/worf",
            "/messages/@",
            "/messages/@worf/1",
            "/worf/status/1",
        ] {
            check(path, &Route::NotFound);
        }
    }
}
