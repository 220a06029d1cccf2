use std::{fmt, net::IpAddr};

use http_listener::client_key;

/// The client that sent a request: `203.0.113.9`, or `203.0.113.9 through 127.0.0.1` when a
/// trusted proxy names it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Client {
    /// The other end of the connection. Absent in tests without a socket.
    pub(super) peer: Option<IpAddr>,
    pub(super) forwarded: Option<IpAddr>,
}

impl Client {
    /// The address that requests are counted for. `None` for programs on this machine.
    pub(super) fn key(self) -> Option<IpAddr> {
        self.forwarded.or(self.peer).and_then(client_key)
    }
}

impl fmt::Display for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.forwarded, self.peer) {
            (Some(client), Some(peer)) => write!(formatter, "{client} through {peer}"),
            (None, Some(peer)) => peer.fmt(formatter),
            (_, None) => formatter.write_str("a client"),
        }
    }
}
