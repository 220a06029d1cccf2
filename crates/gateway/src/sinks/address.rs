//! Addresses of receivers: without credentials for display, and compared with the gateway's own.

use std::net::{IpAddr, Ipv4Addr};

use url::{Host, Url};

/// Returns an address without credentials, query and fragment, for logs, status and pages.
pub(super) fn redacted(address: &str) -> String {
    match Url::parse(address) {
        Ok(mut url) if url.has_host() => {
            // Both fail only for URLs without a host.
            let _ = url.set_username("");
            let _ = url.set_password(None);
            url.set_query(None);
            url.set_fragment(None);
            url.as_str().trim_end_matches('/').to_owned()
        }
        // Not a URL, such as `host:port`.
        _ => {
            let (_, host) = address.rsplit_once('@').unwrap_or_default();
            let shown = if host.is_empty() { address } else { host };
            shown
                .split(['/', '?', '#'])
                .next()
                .unwrap_or_default()
                .to_owned()
        }
    }
}

/// Returns whether an endpoint is this gateway. Programs find the gateway by the same variables
/// that name the gateway's own collector and daemon, so both may be set by mistake.
pub(super) fn is_own(endpoint: &str, own: &str) -> bool {
    let (Some((host, port)), Some((own_host, own_port))) =
        (host_and_port(endpoint), host_and_port(own))
    else {
        return false;
    };
    let is_same_host = match (ip(&host), ip(&own_host)) {
        (Some(ip), Some(own_ip)) => ip == own_ip || are_this_machine(ip, own_ip),
        _ => host == own_host,
    };
    is_same_host && port == own_port
}

/// Parses a URL, or `host:port`.
fn host_and_port(address: &str) -> Option<(Host, u16)> {
    let url = if address.contains("://") {
        Url::parse(address)
    } else {
        Url::parse(&format!("http://{address}"))
    };
    let url = url.ok()?;
    Some((url.host()?.to_owned(), url.port_or_known_default()?))
}

fn ip(host: &Host) -> Option<IpAddr> {
    match host {
        Host::Domain(name) => (name == "localhost").then(|| Ipv4Addr::LOCALHOST.into()),
        Host::Ipv4(address) => Some((*address).into()),
        Host::Ipv6(address) => Some((*address).into()),
    }
}

/// Returns whether both addresses are this machine: a socket on all addresses is reached at
/// loopback.
fn are_this_machine(a: IpAddr, b: IpAddr) -> bool {
    let is_here = |ip: IpAddr| ip.is_loopback() || ip.is_unspecified();
    (a.is_unspecified() || b.is_unspecified()) && is_here(a) && is_here(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_and_queries_are_redacted() {
        let check = |address, expected| assert_eq!(redacted(address), expected);
        check("http://user:p@ss@host:1/path?key=1", "http://host:1/path");
        check("https://api.honeycomb.io", "https://api.honeycomb.io");
        check("127.0.0.1:2000", "127.0.0.1:2000");
        check("user:p@ss@127.0.0.1:2000?key=1", "127.0.0.1:2000");
        check("localhost:2000", "localhost:2000");
    }

    #[test]
    fn own_address_is_recognized_by_all_its_names() {
        let check = |endpoint, own, expected| {
            assert_eq!(is_own(endpoint, own), expected, "{endpoint} {own}");
        };
        check("http://localhost:4318", "http://127.0.0.1:4318", true);
        check("http://127.0.0.1:4318/", "http://0.0.0.0:4318", true);
        check("http://[::1]:4318", "http://[::]:4318", true);
        check("LOCALHOST:2000", "[::]:2000", true);
        check("http://localhost", "127.0.0.1:80", true);
        check("http://collector:4318", "http://127.0.0.1:4318", false);
        check("127.0.0.1:2001", "127.0.0.1:2000", false);
        check("127.0.0.2:2000", "127.0.0.1:2000", false);
    }
}
