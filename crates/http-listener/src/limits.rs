//! What connections may take.

use std::time::Duration;

/// Limits that hold for every client.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Open connections: 768, three quarters of the files that a process may usually open. For one
    /// more, the one that has been idle for longest is closed.
    pub connections: usize,
    /// Open connections of one client: 256, a third of all. Zero is no limit. Programs on this
    /// machine are not limited.
    pub connections_per_client: usize,
    /// How long a request's head may take to arrive, and how long a connection may be idle: 30 s,
    /// a slow phone.
    pub head_timeout: Duration,
    /// How long a client may read nothing of a response that waits for it: 30 s.
    pub write_timeout: Duration,
    /// The size of a request's head, with its cookies: 64 KiB. More is 431.
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
