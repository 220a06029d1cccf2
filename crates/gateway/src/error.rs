//! Why a gateway does not start: what happened, and what to do.

use crate::{sinks::SinkError, store::OpenError};

/// Why a gateway does not start or cannot go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    #[error("cannot listen on {listen}: {reason}. Set {variable} to another address")]
    Listen {
        listen: String,
        variable: &'static str,
        reason: String,
    },
    #[error(
        "OTEL_WEB_GATEWAY_VIEWER_TOKEN cannot be used: write at least 16 letters, digits, - or _"
    )]
    ViewerToken,
    #[error("cannot open {0}")]
    Store(#[from] OpenError),
    #[error(transparent)]
    Sink(#[from] SinkError),
    #[error("the system refused: {0}")]
    System(#[from] std::io::Error),
}

impl Error {
    pub(crate) fn listen(address: &str, variable: &'static str, error: &std::io::Error) -> Self {
        Self::Listen {
            listen: address.to_owned(),
            variable,
            reason: match error.kind() {
                std::io::ErrorKind::AddrInUse => "another program uses this port".to_owned(),
                _ => error.to_string(),
            },
        }
    }
}
