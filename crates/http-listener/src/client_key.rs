//! The identity of a client for limits per client.

use std::net::{IpAddr, Ipv6Addr};

/// Returns the address that identifies a client, or `None` for programs on this machine, which are
/// not limited.
///
/// An IPv6 client is identified by its /64 network, because one customer usually has 2^64
/// addresses.
///
/// ```
/// # use std::net::IpAddr;
/// let key = |address: &str| http_listener::client_key(address.parse().unwrap());
/// assert_eq!(key("203.0.113.9"), Some("203.0.113.9".parse::<IpAddr>().unwrap()));
/// assert_eq!(key("2001:db8::1"), key("2001:db8::2"));
/// assert_eq!(key("127.0.0.1"), None);
/// ```
#[must_use]
pub fn client_key(address: IpAddr) -> Option<IpAddr> {
    let address = address.to_canonical();
    (!address.is_loopback()).then(|| network(address))
}

fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64).into(),
    }
}
