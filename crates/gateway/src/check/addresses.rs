//! Whether the gateway could listen where it is told to.

use std::{io, net::SocketAddr};

use tokio::net::{TcpListener, UdpSocket, lookup_host};

use crate::error::Error;

/// An address to listen on.
pub(super) struct Found {
    pub(super) address: SocketAddr,
    /// By the gateway itself, if one runs: that is no failure.
    pub(super) is_in_use: bool,
}

impl Found {
    /// `good (host:port): about it`, or that it is in use.
    pub(super) fn describe(&self, name: &str, given: &str, about: &str) -> String {
        if self.is_in_use {
            let by = "by a gateway that runs, or by another program";
            return format!("{name}: in use ({given}) {by}: {about}");
        }
        format!("{name}: good ({given}): {about}")
    }
}

pub(super) async fn tcp(given: &str, variable: &'static str) -> Result<Found, Error> {
    let bound = TcpListener::bind(given).await;
    let bound = bound.and_then(|socket| socket.local_addr());
    found(bound, given, variable).await
}

pub(super) async fn udp(given: &str, variable: &'static str) -> Result<Found, Error> {
    let bound = UdpSocket::bind(given).await;
    let bound = bound.and_then(|socket| socket.local_addr());
    found(bound, given, variable).await
}

async fn found(
    bound: io::Result<SocketAddr>,
    given: &str,
    variable: &'static str,
) -> Result<Found, Error> {
    let is_in_use = |error: &io::Error| error.kind() == io::ErrorKind::AddrInUse;
    let address = match bound {
        Err(error) if is_in_use(&error) => {
            lookup_host(given).await.ok().and_then(|mut all| all.next())
        }
        Err(error) => return Err(Error::listen(given, variable, &error)),
        Ok(address) => {
            return Ok(Found {
                address,
                is_in_use: false,
            });
        }
    };
    let gone = || Error::listen(given, variable, &io::ErrorKind::AddrNotAvailable.into());
    let address = address.ok_or_else(gone)?;
    Ok(Found {
        address,
        is_in_use: true,
    })
}
