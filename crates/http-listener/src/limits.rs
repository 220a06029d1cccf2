//! Limits of connections.

use std::time::Duration;

/// Limits of a listener and its clients.
#[derive(Clone, Debug)]
pub struct Limits {
    /// The number of open connections. 768 by default, three quarters of the usual limit of open
    /// files. A connection above the limit replaces the one that has been idle for longest.
    pub connections: usize,
    /// The number of open connections of one client. 256 by default, a third of all; zero is no
    /// limit. Programs on this machine are not limited.
    pub connections_per_client: usize,
    /// The time for a request's head to arrive, and for a connection to be idle. 30 s by default, for
    /// slow phones.
    pub head_timeout: Duration,
    /// The time that a client may stop reading a response. 30 s by default.
    pub write_timeout: Duration,
    /// The size of a request's head with its cookies. 64 KiB by default; a larger one is 431.
    pub head_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 768,
            connections_per_client: 256,
            head_timeout: Duration::from_secs(30),
            write_timeout: Duration::from_secs(30),
            head_bytes: 64 * 1024,
        }
    }
}
