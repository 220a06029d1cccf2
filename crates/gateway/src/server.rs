//! A running gateway, from taking the port to a clean stop.

use std::{future::Future, net::SocketAddr, sync::Arc, time::Duration};

use axum::Router;
use tokio::{net::TcpListener, task::JoinSet, time::timeout};

use crate::{
    app::App,
    config::{Config, Limits},
    error::Error,
    listener::{self, Listener},
    secret::Secret,
    stop::{Stop, Stopping},
};

/// What an address that cannot be used is to be changed by.
pub(crate) const LISTEN: &str = "OTEL_WEB_GATEWAY_LISTEN";
pub(crate) const VIEWER_LISTEN: &str = "OTEL_WEB_GATEWAY_VIEWER_LISTEN";

/// Open connections, and then what waits for sinks and the store, get so long to finish:
/// together less than the five seconds after which supervisors grow impatient.
const CLOSE_CONNECTIONS_WITHIN: Duration = Duration::from_secs(2);
const FINISH_WITHIN: Duration = Duration::from_millis(2_700);

/// A gateway that has its ports, its store and its sinks, and serves when told to.
#[derive(Debug)]
pub struct Gateway {
    ingest: TcpListener,
    /// Absent when one socket serves all.
    viewer: Option<TcpListener>,
    address: SocketAddr,
    viewer_url: String,
    limits: Limits,
    app: App,
    stop: Stop,
    stopping: Stopping,
}

impl Gateway {
    /// Takes the ports, opens the store, starts forwarding.
    ///
    /// # Errors
    /// When a port is taken, the database cannot be written, or a key is unusable.
    pub async fn start(config: &Config) -> Result<Self, Error> {
        let ingest = listen(&config.listen, LISTEN).await?;
        let viewer = match &config.viewer_listen {
            Some(listen_at) => Some(listen(listen_at, VIEWER_LISTEN).await?),
            None => None,
        };
        let viewer_address = viewer.as_ref().unwrap_or(&ingest).local_addr()?;
        let chosen = config.viewer_token.as_ref();
        let config = &guarded(config, viewer_address)?;
        let made_up = config.viewer_token.as_ref().filter(|_| chosen.is_none());
        let own_url = format!("http://{viewer_address}");
        let (stop, stopping) = Stop::new();
        let app = App::assemble(config, &own_url, stopping.clone()).await?;
        Ok(Self {
            address: ingest.local_addr()?,
            ingest,
            viewer,
            viewer_url: with_token(config.public_url.as_deref().unwrap_or(&own_url), made_up),
            limits: config.limits.clone(),
            app,
            stop,
            stopping,
        })
    }

    /// The address where spans are taken, with its real port.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// What to open in a browser, with the token if it was made up at the start: nobody
    /// else can say it.
    #[must_use]
    pub fn viewer_url(&self) -> &str {
        &self.viewer_url
    }

    /// Where X-Ray segments are taken, if they are.
    #[must_use]
    pub const fn xray_address(&self) -> Option<SocketAddr> {
        self.app.xray
    }

    /// Everything that the gateway serves, to call without a socket.
    pub fn router(&self) -> Router {
        self.app.router.clone()
    }

    /// Which sinks are on, and where they send: `honeycomb: on (https://api.honeycomb.io)`.
    #[must_use]
    pub fn sinks(&self) -> &[String] {
        &self.app.sinks
    }

    /// Serves until `stopped` is ready. Then it finishes the requests at hand, sends what
    /// waits for sinks that answer, and closes the store.
    pub async fn serve(self, stopped: impl Future<Output = ()> + Send) {
        let mut serving = JoinSet::new();
        let mut limits = self.limits;
        if self.viewer.is_some() {
            // Both take files from the same process.
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
        for listener in listeners {
            let on_bad = listener::on_bad_connection(Arc::clone(&self.app.refused));
            serving.spawn(listener.serve_with(self.stopping.clone().signal(), on_bad));
        }
        stopped.await;
        self.stop.now();
        // A connection that is still open then is cut.
        let _ = timeout(CLOSE_CONNECTIONS_WITHIN, serving.join_all()).await;
        self.app.finish(FINISH_WITHIN).await;
    }
}

async fn listen(address: &str, variable: &'static str) -> Result<TcpListener, Error> {
    let socket = TcpListener::bind(address).await;
    socket.map_err(|error| Error::listen(address, variable, &error))
}

/// Whoever can reach the viewer from another machine needs a token to look.
pub(crate) fn guarded(config: &Config, viewer: SocketAddr) -> Result<Config, Error> {
    let mut config = config.clone();
    if config.viewer_token.is_none() && !viewer.ip().is_loopback() {
        config.viewer_token = Some(Secret::new(random_token()?));
    }
    match &config.viewer_token {
        Some(token) if !is_usable(token.expose()) => Err(Error::ViewerToken),
        _ => Ok(config),
    }
}

fn random_token() -> Result<String, Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| std::io::Error::other(error.to_string()))?;
    Ok(u128::from_ne_bytes(bytes)).map(|number| format!("{number:032x}"))
}

/// Long enough not to be guessed, and what a URL and a cookie carry as it is.
fn is_usable(token: &str) -> bool {
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
