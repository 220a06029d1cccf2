//! Which requests come from one client, for limits that hold for each.

use std::net::{IpAddr, Ipv6Addr};

/// Returns the address to count a client by; `None` for programs on this machine.
///
/// They are not limited: they have better ways to do harm.
#[must_use]
pub fn client_key(address: IpAddr) -> Option<IpAddr> {
    let address = address.to_canonical();
    (!address.is_loopback()).then(|| network(address))
}

/// One customer of an IPv6 network usually has 2^64 addresses.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64).into(),
    }
}
