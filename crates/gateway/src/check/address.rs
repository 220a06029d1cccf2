//! Tests whether the gateway could listen on an address.

use std::{io, net::SocketAddr};

use tokio::net::{TcpListener, UdpSocket, lookup_host};

use crate::error::Error;

/// An address that the gateway could listen on, or that is in use.
pub(super) struct Address {
    pub(super) resolved: SocketAddr,
    /// The address may be in use by the gateway itself, so this is not a failure.
    pub(super) is_in_use: bool,
}

impl Address {
    /// Returns `name: good (host:port): about`, or that the address is in use.
    pub(super) fn describe(&self, name: &str, configured: &str, about: &str) -> String {
        if self.is_in_use {
            let user = "by a running gateway, or by another program";
            return format!("{name}: in use ({configured}) {user}: {about}");
        }
        format!("{name}: good ({configured}): {about}")
    }
}

pub(super) async fn tcp(configured: &str, variable: &'static str) -> Result<Address, Error> {
    let bound = TcpListener::bind(configured).await;
    let bound = bound.and_then(|socket| socket.local_addr());
    address(bound, configured, variable).await
}

pub(super) async fn udp(configured: &str, variable: &'static str) -> Result<Address, Error> {
    let bound = UdpSocket::bind(configured).await;
    let bound = bound.and_then(|socket| socket.local_addr());
    address(bound, configured, variable).await
}

async fn address(
    bound: io::Result<SocketAddr>,
    configured: &str,
    variable: &'static str,
) -> Result<Address, Error> {
    match bound {
        Ok(resolved) => Ok(Address {
            resolved,
            is_in_use: false,
        }),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            let resolved = lookup_host(configured).await;
            let resolved = resolved.ok().and_then(|mut all| all.next());
            let unknown = || Error::listen(configured, variable, error);
            Ok(Address {
                resolved: resolved.ok_or_else(unknown)?,
                is_in_use: true,
            })
        }
        Err(error) => Err(Error::listen(configured, variable, error)),
    }
}
