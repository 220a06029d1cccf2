//! Serving a router at a socket, within the configured limits.

pub(crate) use http_listener::Listener;

use crate::config::Limits;

/// What the configuration says about connections.
pub(crate) fn limits(limits: &Limits) -> http_listener::Limits {
    http_listener::Limits {
        connections: limits.connections,
        connections_per_client: limits.connections_per_client,
        head_timeout: limits.read_within,
        write_timeout: limits.write_within,
        ..http_listener::Limits::default()
    }
}
