//! The page to return to after the sign-in: the parameter `return_to` of the pages for users without a session.

use urlencoding::{decode, encode};
use yew_router::Routable;

use crate::route::Route;

const PARAMETER: &str = "return_to=";

/// A page of this app with its query. Anyone can write a link to the sign-in page, so nothing else is accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReturnTo {
    pub(crate) route: Route,
    /// Without the question mark.
    pub(crate) query: String,
}

impl ReturnTo {
    pub(crate) fn page(route: Route) -> Self {
        let query = String::new();
        Self { route, query }
    }

    /// Returns the page that the parameter of the current URL names, else the home feed.
    pub(crate) fn of_location() -> Self {
        let found = location().and_then(|(path, query)| Self::of(&path, &query));
        found.unwrap_or_else(|| Self::page(Route::Home))
    }

    /// Returns the page to return to from an entrance that is opened at this URL.
    fn of(path: &str, query: &str) -> Option<Self> {
        if !is_entrance(path) {
            return Self::parse(&format!("{path}{query}"));
        }
        let mut parameters = query.trim_start_matches('?').split('&');
        let value = parameters.find_map(|parameter| parameter.strip_prefix(PARAMETER))?;
        Self::parse(&decode(value).ok()?)
    }

    /// Parses the path and query of a page. `None` if it is not a page of this app that users return to.
    fn parse(text: &str) -> Option<Self> {
        let is_path = text.starts_with('/') && !text.starts_with("//");
        let is_plain = |it: char| it != '\\' && it != '#' && !it.is_control();
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        let route = Route::recognize(path)?;
        let is_page = !route.is_entrance() && route != Route::NotFound;
        (is_path && is_page && text.chars().all(is_plain)).then(|| Self {
            route,
            query: query.to_owned(),
        })
    }

    /// Returns path and query.
    pub(crate) fn url(&self) -> String {
        match self.route.to_path() {
            path if self.query.is_empty() => path,
            path => format!("{path}?{}", self.query),
        }
    }
}

/// Returns the query of a link from the current page to an entrance. Empty for the home feed, which is the default.
pub(crate) fn entrance_query() -> String {
    match ReturnTo::of_location() {
        home if home == ReturnTo::page(Route::Home) => String::new(),
        page => format!("{PARAMETER}{}", encode(&page.url())),
    }
}

/// Returns whether the current page is for users without a session.
pub(crate) fn is_entrance_shown() -> bool {
    location().is_some_and(|(path, _)| is_entrance(&path))
}

fn is_entrance(path: &str) -> bool {
    Route::recognize(path).is_some_and(|route| route.is_entrance())
}

fn location() -> Option<(String, String)> {
    let location = web_sys::window()?.location();
    Some((location.pathname().ok()?, location.search().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, query: &str, expected: Option<&str>) {
        let url = ReturnTo::of(path, query).map(|page| page.url());
        assert_eq!(url.as_deref(), expected, "{path}{query}");
    }

    #[test]
    fn entrance_returns_to_the_page_that_links_to_it() {
        check("/@worf", "", Some("/@worf"));
        check("/search", "?term=%23tea", Some("/search?term=%23tea"));
        check("/signin", "?return_to=%2F%40worf", Some("/@worf"));
        check(
            "/signup",
            "?a=b&return_to=/notifications",
            Some("/notifications"),
        );
        check(
            "/confirm",
            "?return_to=%2Fsearch%3Fterm%3D%2523tea",
            Some("/search?term=%23tea"),
        );
        check("/signin", "", None);
        check("/signin", "?return_to=", None);
    }

    #[test]
    fn other_sites_scripts_and_entrances_are_refused() {
        for target in [
            "//evil.example",
            "//evil.example/@worf",
            "///@worf",
            "/\\evil.example",
            "/\\/@worf",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/@worf",
            "https://evil.example/@worf",
            "https:/@worf",
            "javascript:alert(1)",
            "JavaScript:alert(1)//@worf",
            "data:text/html,x",
            "@worf",
            " /@worf",
            "/@worf#x",
            "/no/such/page",
            "/signin",
            "/signin?return_to=//evil.example",
        ] {
            let query = format!("?return_to={}", encode(target));
            check("/signin", &query, None);
        }
        check("/signin", "?return_to=//evil.example", None);
        check("/signin", "?return_to=%2F%5Cevil.example", None);
        check("/signin", "?return_to=%ff", None);
        check("//evil.example", "", None);
    }
}
