//! Addresses as they may be shown, and the one address that must not be used: our own.

use std::net::{IpAddr, Ipv4Addr};

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

/// Whether an endpoint is this gateway: the variables that programs use to find the gateway
/// are those that name the gateway's own collector and daemon.
pub(super) fn is_own(endpoint: &str, own: &str) -> bool {
    let ((host, port), (own_host, own_port)) = (host_and_port(endpoint), host_and_port(own));
    let is_same_host = match (ip(&host), ip(&own_host)) {
        (Some(ip), Some(own_ip)) => ip == own_ip || are_this_machine(ip, own_ip),
        _ => host == own_host,
    };
    is_same_host && port == own_port
}

fn host_and_port(address: &str) -> (String, String) {
    let shown = shown(address);
    let rest = shown
        .split_once("://")
        .map_or(shown.as_str(), |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    let (host, port) = authority.rsplit_once(':').unwrap_or((authority, ""));
    (host.to_ascii_lowercase(), port.to_owned())
}

fn ip(host: &str) -> Option<IpAddr> {
    match host.trim_matches(['[', ']']) {
        "localhost" => Some(Ipv4Addr::LOCALHOST.into()),
        host => host.parse().ok(),
    }
}

/// Who listens on all addresses listens on loopback, too.
fn are_this_machine(a: IpAddr, b: IpAddr) -> bool {
    let is_here = |ip: IpAddr| ip.is_loopback() || ip.is_unspecified();
    (a.is_unspecified() || b.is_unspecified()) && is_here(a) && is_here(b)
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
        let check = |endpoint, own, expected| {
            assert_eq!(is_own(endpoint, own), expected, "{endpoint} {own}");
        };
        check("http://localhost:4318", "http://127.0.0.1:4318", true);
        check("http://127.0.0.1:4318/", "http://0.0.0.0:4318", true);
        check("http://[::1]:4318", "http://[::]:4318", true);
        check("LOCALHOST:2000", "[::]:2000", true);
        check("http://collector:4318", "http://127.0.0.1:4318", false);
        check("127.0.0.1:2001", "127.0.0.1:2000", false);
        check("127.0.0.2:2000", "127.0.0.1:2000", false);
    }
}
