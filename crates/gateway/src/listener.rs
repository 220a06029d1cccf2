//! Serving a router at a socket, within the configured limits.

use std::{net::SocketAddr, sync::Arc};

use http_listener::BadConnection;
pub(crate) use http_listener::Listener;

use crate::{config::Limits, edge::Refusal, status::RefusedRequests};

/// Counts and logs connections that carry no HTTP/1. Returns what their clients are told.
pub(crate) fn on_bad_connection(
    refused: Arc<RefusedRequests>,
) -> impl Fn(BadConnection, SocketAddr) -> String + Send + Sync + 'static {
    move |bad, peer| {
        let (reason, message) = match bad {
            BadConnection::Http2 => (Refusal::Grpc.reason(), Refusal::Grpc.message()),
            BadConnection::Tls => (
                "tls",
                "this port speaks HTTP without TLS: begin the endpoint with http://".to_owned(),
            ),
            BadConnection::Malformed(error) => ("malformed_http", error),
            other => ("bad_connection", format!("{other:?}")),
        };
        refused.add(reason, &peer.ip().to_canonical().to_string(), &message);
        message
    }
}

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
