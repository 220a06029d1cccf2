//! Addresses as they may be shown, and the one address that must not be used: our own.

/// An address may hold credentials before an `@`; they are not for a log, a status or a page.
pub(super) fn shown(address: &str) -> String {
    let (scheme, rest) = match address.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), address),
    };
    let (authority, path) = rest
        .find('/')
        .map_or((rest, ""), |slash| rest.split_at(slash));
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let path = path.split(['?', '#']).next().unwrap_or_default();
    format!("{scheme}{host}{path}")
}

/// Whether an endpoint is this gateway: the variable that programs use to find the gateway
/// is the one that names the gateway's own collector.
pub(super) fn is_own(endpoint: &str, own_url: &str) -> bool {
    let host = |url: &str| {
        let shown = shown(url);
        let rest = shown
            .split_once("://")
            .map_or(shown.as_str(), |(_, rest)| rest);
        let authority = rest.split('/').next().unwrap_or_default();
        authority
            .replace("localhost:", "127.0.0.1:")
            .replace("0.0.0.0:", "127.0.0.1:")
    };
    host(endpoint) == host(own_url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_and_queries_are_not_shown() {
        let check = |address, expected| assert_eq!(shown(address), expected);
        check("http://user:p@ss@host:1/path?key=1", "http://host:1/path");
        check("https://api.honeycomb.io", "https://api.honeycomb.io");
        check("127.0.0.1:2000", "127.0.0.1:2000");
    }

    #[test]
    fn the_own_address_is_known_under_its_names() {
        assert!(is_own("http://localhost:4318", "http://127.0.0.1:4318"));
        assert!(is_own("http://127.0.0.1:4318/", "http://0.0.0.0:4318"));
        assert!(!is_own("http://collector:4318", "http://127.0.0.1:4318"));
    }
}
