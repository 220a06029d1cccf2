//! Recognizes URLs and hosts of this machine.

use std::net::IpAddr;

use url::{Host, Url};

/// Returns whether `url` leads to this machine, so that no proxy can be meant for it.
///
/// With `HTTP_PROXY` set and without `NO_PROXY`, HTTP clients send requests for `127.0.0.1` to the
/// proxy, which looks for the address on its own machine.
///
/// The scheme may be absent: `127.0.0.1:4318` is an HTTP address.
///
/// ```
/// assert!(hardening::is_loopback_url("http://localhost:4318/v1/traces"));
/// assert!(!hardening::is_loopback_url("https://api.honeycomb.io"));
/// ```
#[must_use]
pub fn is_loopback_url(url: &str) -> bool {
    if let Ok(address) = url.parse() {
        return is_loopback(address);
    }
    let parsed = Url::parse(url).ok().filter(Url::has_host);
    let parsed = parsed.or_else(|| Url::parse(&format!("http://{url}")).ok());
    match parsed.as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.').to_ascii_lowercase();
            name == "localhost" || name.ends_with(".localhost")
        }
        Some(Host::Ipv4(address)) => is_loopback(address.into()),
        Some(Host::Ipv6(address)) => is_loopback(address.into()),
        None => false,
    }
}

/// Returns whether `host` is always this machine, so that unencrypted data for it never crosses a network.
///
/// Stricter than [`is_loopback_url`]: some systems ask the network for names below `localhost`.
///
/// ```
/// use url::Host;
///
/// assert!(hardening::is_loopback_host(&Host::Domain("localhost")));
/// assert!(!hardening::is_loopback_host(&Host::Domain("mail.localhost")));
/// ```
#[must_use]
pub fn is_loopback_host<S: AsRef<str>>(host: &Host<S>) -> bool {
    match host {
        Host::Domain(name) => name.as_ref() == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

/// The address of all interfaces leads to this machine, too.
fn is_loopback(address: IpAddr) -> bool {
    let address = address.to_canonical();
    address.is_loopback() || address.is_unspecified()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_this_machine_are_recognized_in_all_forms() {
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
            "localhost:4318",
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
            "collector:4318",
            "",
        ] {
            assert!(!is_loopback_url(url), "{url}");
        }
    }

    #[test]
    fn only_hosts_that_no_network_is_asked_for_are_loopback_hosts() {
        for host in ["localhost", "127.0.0.1", "127.8.9.1", "[::1]"] {
            assert!(is_loopback_host(&Host::parse(host).unwrap()), "{host}");
        }
        for host in [
            "collector.localhost",
            "localhost.",
            "0.0.0.0",
            "[::]",
            "[::ffff:127.0.0.1]",
            "10.0.0.1",
            "mail.example",
        ] {
            assert!(!is_loopback_host(&Host::parse(host).unwrap()), "{host}");
        }
    }
}
