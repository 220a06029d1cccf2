//! Who counts as one client, for bounds that hold for each.

use std::net::{IpAddr, Ipv6Addr};

/// The address to count for; none for programs on this machine.
///
/// They are not limited: they have better ways to do harm.
pub(crate) fn counted(address: IpAddr) -> Option<IpAddr> {
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
