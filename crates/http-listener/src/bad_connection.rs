//! What a connection carries that is not HTTP/1.

/// Why a connection is not served. See [`Listener::serve_with`](crate::Listener::serve_with).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BadConnection {
    /// It begins with the preface of HTTP/2, as every gRPC client does.
    Http2,
    /// It begins with a TLS handshake.
    Tls,
    /// It is not HTTP at all, or has a head that is malformed or too large. With hyper's reason.
    Malformed(String),
}
