//! The client of a request.

use std::{fmt, net::IpAddr};

use http_listener::client_key;

/// The client that sent a request. Displayed as `203.0.113.9`, or as `203.0.113.9 through 127.0.0.1`
/// if a trusted proxy names it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Client {
    /// The other end of the connection. `None` in tests without a socket.
    pub(super) peer: Option<IpAddr>,
    /// The client that a trusted proxy names.
    pub(super) forwarded: Option<IpAddr>,
}

impl Client {
    /// Returns the address that requests are counted for, or `None` for programs on this machine.
    pub(super) fn key(self) -> Option<IpAddr> {
        self.forwarded.or(self.peer).and_then(client_key)
    }
}

impl fmt::Display for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.forwarded, self.peer) {
            (Some(client), Some(peer)) => write!(f, "{client} through {peer}"),
            (None, Some(peer)) => peer.fmt(f),
            (_, None) => f.write_str("unknown"),
        }
    }
}
