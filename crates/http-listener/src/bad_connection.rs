//! Connections that are not HTTP/1.

/// Why a connection is not served. Passed to [`Listener::serve_with`](crate::Listener::serve_with).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BadConnection {
    /// It starts with the preface of HTTP/2, as those of gRPC clients do.
    Http2,
    /// It starts with a TLS handshake.
    Tls,
    /// It is not HTTP, or a request's head is malformed or too large. With hyper's error text.
    Malformed(String),
}
