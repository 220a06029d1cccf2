//! Which addresses are on this machine.

use std::net::{IpAddr, Ipv4Addr};

/// Returns whether `url` leads to this machine, so that no proxy can be meant for it.
///
/// With `HTTP_PROXY` set and no `NO_PROXY`, HTTP clients hand requests to `127.0.0.1` to the proxy, which
/// looks for them on its own machine.
///
/// ```
/// assert!(hardening::is_loopback_url("http://localhost:4318/v1/traces"));
/// assert!(!hardening::is_loopback_url("https://api.honeycomb.io"));
/// ```
#[must_use]
pub fn is_loopback_url(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    // What stands before an `@` is a name and a password.
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    is_loopback(without_port(host))
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        // An address of version 6 without brackets has no port.
        Some((name, port))
            if port.bytes().all(|byte| byte.is_ascii_digit()) && !is_bare_v6(host) =>
        {
            name
        }
        _ => host,
    }
}

fn is_bare_v6(host: &str) -> bool {
    !host.starts_with('[') && host.matches(':').count() > 1
}

fn is_loopback(host: &str) -> bool {
    let host = host
        .trim_matches(['[', ']'])
        .trim_end_matches('.')
        .to_ascii_lowercase();
    if host == "localhost" || host.ends_with(".localhost") {
        return true;
    }
    let address = host.parse::<IpAddr>().ok().or_else(|| short_v4(&host));
    address.is_some_and(|address| {
        let address = address.to_canonical();
        // Nobody else can be meant by the address of all interfaces.
        address.is_loopback() || address.is_unspecified()
    })
}

/// `127.1` is `127.0.0.1`, as in a browser.
fn short_v4(host: &str) -> Option<IpAddr> {
    let parts: Vec<u8> = host
        .split('.')
        .map(|part| part.parse().ok())
        .collect::<Option<_>>()?;
    let (last, first) = parts.split_last()?;
    let mut octets = [0; 4];
    octets.get_mut(..first.len())?.copy_from_slice(first);
    octets[3] = *last;
    (parts.len() < 4).then(|| Ipv4Addr::from(octets).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_this_machine_are_known_however_they_are_written() {
        for url in [
            "http://127.0.0.1:4318",
            "http://127.0.0.1",
            "http://127.8.9.1:1/v1/traces",
            "http://127.1:4318",
            "HTTP://LocalHost:4318/",
            "http://localhost.:4318",
            "http://collector.localhost:4318",
            "https://user:p@ss@[::1]:4318?x=/",
            "http://[::ffff:127.0.0.1]:80",
            "http://0.0.0.0:4318",
            "127.0.0.1:4318",
            "::1",
        ] {
            assert!(is_loopback_url(url), "{url}");
        }
        for url in [
            "https://api.honeycomb.io",
            "http://localhost.example:4318",
            "http://127.0.0.1.example",
            "http://127.0.0.1@example.com",
            "http://example.com/127.0.0.1",
            "http://10.0.0.1:4318",
            "http://[2001:db8::1]:4318",
            "",
        ] {
            assert!(!is_loopback_url(url), "{url}");
        }
    }
}
