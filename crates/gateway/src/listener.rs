//! Adapts the `http-listener` crate to the gateway's configuration and counters.

use std::{net::SocketAddr, sync::Arc};

use http_listener::BadConnection;
pub(crate) use http_listener::Listener;

use crate::{config::Limits, edge::IngestError, status::RejectedRequests};

/// Returns a function that counts and logs connections that are not HTTP/1, and returns the message
/// for their clients.
pub(crate) fn on_bad_connection(
    rejected: Arc<RejectedRequests>,
) -> impl Fn(BadConnection, SocketAddr) -> String + Send + Sync + 'static {
    move |bad, peer| {
        let (reason, message) = match bad {
            BadConnection::Http2 => (IngestError::Grpc.reason(), IngestError::Grpc.message()),
            BadConnection::Tls => (
                "tls",
                "this port accepts HTTP without TLS: use an endpoint with http://".to_owned(),
            ),
            BadConnection::Malformed(error) => ("malformed_http", error),
            other => ("bad_connection", format!("{other:?}")),
        };
        rejected.add(reason, &peer.ip().to_canonical().to_string(), &message);
        message
    }
}

/// Returns the configured limits of connections.
pub(crate) fn limits(limits: &Limits) -> http_listener::Limits {
    http_listener::Limits {
        connections: limits.connections,
        connections_per_client: limits.connections_per_client,
        head_timeout: limits.read_within,
        write_timeout: limits.write_within,
        ..http_listener::Limits::default()
    }
}
