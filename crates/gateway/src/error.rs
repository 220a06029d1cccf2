//! Why a gateway cannot start.

use std::io;

use crate::{sinks::SinkError, store::OpenError};

/// Why a gateway cannot start. The text says what to change; the cause is the
/// [`source`](std::error::Error::source).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address is in use, or does not belong to this machine.
    #[error("cannot listen on {address}; set {variable} to another address")]
    Listen {
        /// The configured address.
        address: String,
        /// The variable that sets it.
        variable: &'static str,
        /// Why the system rejects it.
        source: io::Error,
    },
    /// The viewer token is too short or has characters that URLs and cookies escape.
    #[error(
        "OTEL_WEB_GATEWAY_VIEWER_TOKEN cannot be used: write at least 16 letters, digits, - or _"
    )]
    ViewerToken,
    /// The database cannot be opened.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// A sink has an invalid key or address.
    #[error(transparent)]
    Sink(#[from] SinkError),
    /// Another system call failed.
    #[error("a system call failed")]
    System(#[from] io::Error),
}

impl Error {
    pub(crate) fn listen(address: &str, variable: &'static str, source: io::Error) -> Self {
        Self::Listen {
            address: address.to_owned(),
            variable,
            source,
        }
    }
}

#[cfg(test)]
mod tests {
    use logging::error_chain;

    use super::*;

    #[test]
    fn error_chain_has_each_cause_once() {
        let in_use = io::Error::from(io::ErrorKind::AddrInUse);
        let error = Error::listen("127.0.0.1:4318", "OTEL_WEB_GATEWAY_LISTEN", in_use);
        let expected = "cannot listen on 127.0.0.1:4318; \
            set OTEL_WEB_GATEWAY_LISTEN to another address: address in use";
        assert_eq!(error_chain(&error), expected);
        let nested = io::Error::other(io::Error::other("disk full"));
        assert_eq!(error_chain(&nested), "disk full");
    }
}
