//! A running gateway, from taking the port to a clean stop.

use std::{
    future::{Future, IntoFuture},
    net::SocketAddr,
    time::Duration,
};

use axum::Router;
use tokio::{net::TcpListener, time::timeout};

use crate::{
    config::Config,
    parts::Parts,
    sinks::HoneycombError,
    stop::{Stop, Stopping},
    store::OpenError,
};

/// Open connections, and then what waits for sinks, get so long to finish.
const STOP_WITHIN: Duration = Duration::from_secs(3);

/// Why a gateway does not start or cannot go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    #[error("cannot listen on {listen}: {reason}. Set OTEL_WEB_GATEWAY_LISTEN to another address")]
    Listen { listen: String, reason: String },
    #[error("cannot open {0}")]
    Store(#[from] OpenError),
    #[error(transparent)]
    Honeycomb(#[from] HoneycombError),
    #[error("the listening socket failed: {0}")]
    Serve(#[from] std::io::Error),
}

/// A gateway that has its port, its store and its sinks, and serves when told to.
#[derive(Debug)]
pub struct Gateway {
    listener: TcpListener,
    address: SocketAddr,
    parts: Parts,
    stop: Stop,
    stopping: Stopping,
}

impl Gateway {
    /// Takes the port, opens the store, starts forwarding.
    ///
    /// # Errors
    /// When the port is taken, the database cannot be written, or a key is unusable.
    pub async fn start(config: &Config) -> Result<Self, Error> {
        let listener = listen(&config.listen).await?;
        let address = listener.local_addr()?;
        let (stop, stopping) = Stop::new();
        let parts = Parts::assemble(config, &format!("http://{address}"), stopping.clone()).await?;
        Ok(Self {
            listener,
            address,
            parts,
            stop,
            stopping,
        })
    }

    /// The address that was taken, with its real port.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Everything that the gateway serves, to call without a socket.
    pub fn router(&self) -> Router {
        self.parts.router.clone()
    }

    /// Which sinks are on, and where they send: `honeycomb: on (https://api.honeycomb.io)`.
    #[must_use]
    pub fn sinks(&self) -> &[String] {
        &self.parts.sinks
    }

    /// Serves until `stopped` is ready. Then it finishes the requests at hand, sends what
    /// waits for sinks that answer, and closes the store.
    ///
    /// # Errors
    /// When the listening socket fails.
    pub async fn serve(self, stopped: impl Future<Output = ()> + Send) -> Result<(), Error> {
        let router = self.router();
        let server = axum::serve(self.listener, router);
        let server = server.with_graceful_shutdown(self.stopping.signal());
        let mut serving = std::pin::pin!(server.into_future());
        tokio::select! {
            served = &mut serving => served?,
            () = stopped => {
                self.stop.now();
                // A connection that is still open now is cut.
                let _ = timeout(STOP_WITHIN, serving).await;
            }
        }
        self.parts.finish(STOP_WITHIN).await;
        Ok(())
    }
}

async fn listen(address: &str) -> Result<TcpListener, Error> {
    TcpListener::bind(address)
        .await
        .map_err(|error| Error::Listen {
            listen: address.to_owned(),
            reason: match error.kind() {
                std::io::ErrorKind::AddrInUse => "another program uses this port".to_owned(),
                _ => error.to_string(),
            },
        })
}
