//! A running gateway, from binding its sockets to a graceful shutdown.

use std::{future::Future, net::SocketAddr, sync::Arc, time::Duration};

use axum::Router;
use tokio::{net::TcpListener, time::timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    app::App,
    config::{Config, Limits},
    error::Error,
    listener::{self, Listener},
    secret::Secret,
};

/// The variables of the addresses, for errors.
pub(crate) const LISTEN: &str = "OTEL_WEB_GATEWAY_LISTEN";
pub(crate) const VIEWER_LISTEN: &str = "OTEL_WEB_GATEWAY_VIEWER_LISTEN";

/// The time limits of a shutdown: first for open connections, then for sinks and the store. Together
/// they are below the five seconds after which supervisors kill a process.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);
const FINISH_TIMEOUT: Duration = Duration::from_millis(2_700);

/// A gateway with its sockets, store and sinks. [`serve`](Self::serve) handles requests.
#[derive(Debug)]
pub struct Gateway {
    ingest: TcpListener,
    /// `None` if one socket serves all requests.
    viewer: Option<TcpListener>,
    address: SocketAddr,
    viewer_url: String,
    limits: Limits,
    app: App,
    shutdown: CancellationToken,
}

impl Gateway {
    /// Binds the sockets, opens the store and starts forwarding.
    ///
    /// # Errors
    /// When an address is in use, the database cannot be written, or a key is invalid.
    pub async fn start(config: &Config) -> Result<Self, Error> {
        let ingest = listen(&config.listen, LISTEN).await?;
        let viewer = match &config.viewer_listen {
            Some(address) => Some(listen(address, VIEWER_LISTEN).await?),
            None => None,
        };
        let viewer_address = viewer.as_ref().unwrap_or(&ingest).local_addr()?;
        let configured = config.viewer_token.as_ref();
        let config = &with_viewer_token(config, viewer_address)?;
        let generated = config
            .viewer_token
            .as_ref()
            .filter(|_| configured.is_none());
        let own_url = format!("http://{viewer_address}");
        let shutdown = CancellationToken::new();
        let app = App::assemble(config, &own_url, shutdown.clone()).await?;
        Ok(Self {
            address: ingest.local_addr()?,
            ingest,
            viewer,
            viewer_url: with_token(config.public_url.as_deref().unwrap_or(&own_url), generated),
            limits: config.limits.clone(),
            app,
            shutdown,
        })
    }

    /// Returns the address that accepts spans, with its actual port.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the URL of the viewer. It includes the token if the token was generated at startup,
    /// because it is available nowhere else.
    #[must_use]
    pub fn viewer_url(&self) -> &str {
        &self.viewer_url
    }

    /// Returns whether the store has no traces.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.app.has_no_traces()
    }

    /// Returns the UDP address that accepts X-Ray segments, if it is configured.
    #[must_use]
    pub const fn xray_address(&self) -> Option<SocketAddr> {
        self.app.xray
    }

    /// Returns the router of all requests, to call it without a socket.
    pub fn router(&self) -> Router {
        self.app.router.clone()
    }

    /// Returns the sinks that are on, each with the address of its receiver.
    #[must_use]
    pub fn sinks(&self) -> &[(String, String)] {
        &self.app.sinks
    }

    /// Serves until `stopped` completes. Then finishes the requests in flight, drains the queues of
    /// sinks whose receivers respond, and closes the store.
    pub async fn serve(self, stopped: impl Future<Output = ()> + Send) {
        let mut limits = self.limits;
        if self.viewer.is_some() {
            // Both listeners share the open files of the process.
            limits.connections = limits.connections.div_ceil(2);
            limits.connections_per_client = limits.connections_per_client.div_ceil(2);
        }
        let listener_of = |socket, router: &Router| Listener {
            socket,
            router: router.clone(),
            limits: listener::limits(&limits),
        };
        let (ingest, all) = (&self.app.ingest, &self.app.router);
        let listeners = match self.viewer {
            Some(viewer) => vec![listener_of(self.ingest, ingest), listener_of(viewer, all)],
            None => vec![listener_of(self.ingest, all)],
        };
        let serving = TaskTracker::new();
        for listener in listeners {
            let on_bad = listener::on_bad_connection(Arc::clone(&self.app.rejected));
            let shutdown = self.shutdown.clone().cancelled_owned();
            serving.spawn(listener.serve_with(shutdown, on_bad));
        }
        serving.close();
        stopped.await;
        self.shutdown.cancel();
        // Connections that are still open after the timeout are closed with the process.
        let _ = timeout(CLOSE_TIMEOUT, serving.wait()).await;
        self.app.shut_down(FINISH_TIMEOUT).await;
    }
}

async fn listen(address: &str, variable: &'static str) -> Result<TcpListener, Error> {
    let socket = TcpListener::bind(address).await;
    socket.map_err(|error| Error::listen(address, variable, error))
}

/// Returns the configuration with a viewer token, which is required if other machines can reach the
/// viewer. Generates one if none is configured.
pub(crate) fn with_viewer_token(config: &Config, viewer: SocketAddr) -> Result<Config, Error> {
    let mut config = config.clone();
    if config.viewer_token.is_none() && !viewer.ip().is_loopback() {
        config.viewer_token = Some(Secret::new(random_token()?));
    }
    match &config.viewer_token {
        Some(token) if !is_valid_token(token.expose()) => Err(Error::ViewerToken),
        _ => Ok(config),
    }
}

fn random_token() -> Result<String, Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
    Ok(u128::from_ne_bytes(bytes)).map(|number| format!("{number:032x}"))
}

/// Returns whether a token is hard to guess, and needs no escaping in URLs and cookies.
fn is_valid_token(token: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    token.len() >= 16 && token.bytes().all(allowed)
}

fn with_token(url: &str, token: Option<&Secret>) -> String {
    let url = url.trim_end_matches('/');
    match token {
        Some(token) => format!("{url}/?token={}", token.expose()),
        None => url.to_owned(),
    }
}
