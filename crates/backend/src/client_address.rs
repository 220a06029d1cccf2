//! The client's address: that of the peer, or the one that a trusted proxy reports.

use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{Extensions, HeaderMap, HeaderName, request::Parts},
};
use ipnet::IpNet;

use crate::{AppState, networks::Networks};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// The number of `X-Forwarded-For` entries that are read.
const MAX_HOPS: usize = 16;

/// The client's address. It is unspecified if the request has no peer, as in a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClientAddress(pub(crate) IpAddr);

impl ClientAddress {
    /// Reads `X-Forwarded-For` from its right end, as long as the sender of an entry is a trusted
    /// proxy. The entries further left were written by the client.
    pub(crate) fn of(extensions: &Extensions, headers: &HeaderMap, trusted: &Networks) -> Self {
        let peer = extensions.get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip());
        let mut address = peer.to_canonical();
        for entry in forwarded(headers) {
            if !trusted.contains(address) {
                break;
            }
            match parse(entry) {
                Some(next) => address = next,
                None => break,
            }
        }
        Self(address)
    }

    /// Returns the network of one household or machine: the IPv4 address, or the IPv6 /64.
    pub(crate) fn network(self) -> IpNet {
        self.prefix(64)
    }

    /// Returns the network of one customer of a provider: the IPv4 address, or the IPv6 /48.
    pub(crate) fn site(self) -> IpNet {
        self.prefix(48)
    }

    fn prefix(self, v6_length: u8) -> IpNet {
        let network = IpNet::from(self.0);
        let length = if self.0.is_ipv6() {
            v6_length
        } else {
            network.max_prefix_len()
        };
        IpNet::new(self.0, length).unwrap_or(network).trunc()
    }
}

/// Returns the entries of all `X-Forwarded-For` headers, the last one first.
fn forwarded(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let mut values: Vec<_> = headers.get_all(X_FORWARDED_FOR).iter().collect();
    values.reverse();
    values
        .into_iter()
        .map(|value| value.to_str().unwrap_or_default())
        .flat_map(|value| value.rsplit(','))
        .map(str::trim)
        .take(MAX_HOPS)
}

/// Parses an address with or without port and brackets.
fn parse(entry: &str) -> Option<IpAddr> {
    let bare = entry
        .strip_prefix('[')
        .and_then(|entry| entry.strip_suffix(']'));
    let address = bare.unwrap_or(entry).parse().ok();
    let address = address.or_else(|| Some(entry.parse::<SocketAddr>().ok()?.ip()));
    address.map(|address: IpAddr| address.to_canonical())
}

impl FromRequestParts<AppState> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        let trusted = &state.security.trusted_proxies;
        Ok(Self::of(&parts.extensions, &parts.headers, trusted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 1)));
        let headers = forwarded
            .iter()
            .map(|value| (X_FORWARDED_FOR, value.parse().unwrap()))
            .collect();
        let trusted = trusted.join(",").parse().unwrap();
        ClientAddress::of(&extensions, &headers, &trusted)
            .0
            .to_string()
    }

    #[test]
    fn peer_is_the_client_without_a_trusted_proxy() {
        assert_eq!(client("127.0.0.1", &["203.0.113.9"], &[]), "127.0.0.1");
        assert_eq!(
            client("198.51.100.7", &["203.0.113.9"], &["10.0.0.0/8"]),
            "198.51.100.7"
        );
    }

    #[test]
    fn trusted_proxy_reports_the_client_and_the_clients_own_entries_are_ignored() {
        let trusted = ["10.0.0.0/8", "127.0.0.1/32"];
        for forwarded in [
            &["203.0.113.9"][..],
            &["1.1.1.1, 203.0.113.9"],
            &["1.1.1.1", "203.0.113.9"],
            &["1.1.1.1, 203.0.113.9, 10.0.0.2"],
            &["203.0.113.9:4711"],
            &["::ffff:203.0.113.9"],
        ] {
            assert_eq!(
                client("10.0.0.1", forwarded, &trusted),
                "203.0.113.9",
                "{forwarded:?}"
            );
            assert_eq!(
                client("::ffff:10.0.0.1", forwarded, &trusted),
                "203.0.113.9"
            );
        }
        assert_eq!(
            client("127.0.0.1", &["[2001:db8::1]:443"], &trusted),
            "2001:db8::1"
        );
    }

    #[test]
    fn unreadable_entry_ends_the_search() {
        let trusted = ["10.0.0.0/8"];
        assert_eq!(client("10.0.0.1", &["unknown"], &trusted), "10.0.0.1");
        assert_eq!(
            client("10.0.0.1", &["203.0.113.9, , 10.0.0.2"], &trusted),
            "10.0.0.2"
        );
        assert_eq!(client("10.0.0.1", &[], &trusted), "10.0.0.1");
    }

    #[test]
    fn ipv6_is_grouped_by_prefix_and_ipv4_by_address() {
        let network = |text: &str| ClientAddress(text.parse().unwrap()).network();
        let site = |text: &str| ClientAddress(text.parse().unwrap()).site();
        assert_eq!(network("2001:db8:1:2::a"), network("2001:db8:1:2:ffff::b"));
        assert_ne!(network("2001:db8:1:2::a"), network("2001:db8:1:3::a"));
        assert_eq!(site("2001:db8:1:2::a"), site("2001:db8:1:3::a"));
        assert_ne!(network("203.0.113.9"), network("203.0.113.10"));
        assert_eq!(site("203.0.113.9"), network("203.0.113.9"));
    }
}
