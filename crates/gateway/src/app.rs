//! Assembles a gateway: store, hub, edge, API, viewer, sinks and their tasks.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{Request, State},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Redirect, Response},
    routing::any,
};
use logging::LogLimit;
use tokio::{
    net::UdpSocket,
    time::{Instant, interval, sleep, timeout_at},
};
use tokio_util::sync::CancellationToken;
use tracing::warn;
use url::Url;

use crate::{
    api::{self, Api, ResponseMemory},
    clock,
    config::Config,
    cross_site::{OwnAuthorities, reject_cross_site},
    edge::{self, Edge},
    error::Error,
    guard::{Guard, guard},
    headers::secure,
    hub::Hub,
    log_text::LOG_INTERVAL,
    sinks::{self, SinkSetup, Sinks, TraceLinks, XRayDocuments},
    status::{RecordCounts, RejectedRequests, StatusSource},
    store::{OpenError, Store},
    symbols::SymbolFiles,
    tasks::Tasks,
    viewer,
    xray::Receiver,
};

/// The interval of the store's maintenance, and of summarizing traces. Under load, a list is as old
/// as this.
const TICK_INTERVAL: Duration = Duration::from_millis(250);

/// The pause after an error before traces are summarized again.
const SUMMARIZER_RETRY_DELAY: Duration = Duration::from_secs(1);

/// The variable of the X-Ray address, for errors.
pub(crate) const XRAY_LISTEN: &str = "OTEL_WEB_GATEWAY_XRAY_LISTEN";

/// The part of the shutdown time that is reserved for closing the store.
const STORE_CLOSE_TIME: Duration = Duration::from_millis(700);

/// The assembled parts of a gateway, without its sockets.
#[derive(Debug)]
pub(crate) struct App {
    /// Handles all requests: exports, the viewer and its API.
    pub(crate) router: Router,
    /// Handles exports and health checks only.
    pub(crate) ingest: Router,
    /// Sinks that are on, each with the address of its receiver.
    pub(crate) sinks: Vec<(String, String)>,
    /// The UDP address that accepts X-Ray segments, if it is configured.
    pub(crate) xray: Option<SocketAddr>,
    /// Counts and logs connections that are rejected before there is a request.
    pub(crate) rejected: Arc<RejectedRequests>,
    store: Store,
    tasks: Tasks,
}

impl App {
    /// Opens the store and starts all tasks. Cancelling `shutdown` ends open event streams.
    pub(crate) async fn assemble(
        config: &Config,
        own_url: &str,
        shutdown: CancellationToken,
    ) -> Result<Self, Error> {
        let hub = Hub::new();
        let queues = sinks::queues(config);
        let folder = config.create_default_folder();
        folder.map_err(|error| OpenError::new(&config.db, error))?;
        let store = Store::open(&config.db, config.retention.clone(), &queues, hub.clone())?;
        let tasks = Tasks::new();
        let rejected = Arc::default();
        spawn_maintenance(&tasks, &store, &hub, &rejected);
        let public_url = config.public_url.as_deref().unwrap_or(own_url);
        let public_url = public_url.trim_end_matches('/');
        let symbols = Arc::new(SymbolFiles::new(config.symbols_dir.clone()));
        let setup = SinkSetup {
            store: &store,
            tasks: &tasks,
            symbols: &symbols,
        };
        let sinks = Sinks::start(config, (own_url, public_url), setup).await?;
        let status = StatusSource {
            store: store.clone(),
            counts: RecordCounts::default(),
            rejected_requests: Arc::clone(&rejected),
            sinks: sinks.counters,
            log_sinks: sinks.log_counters,
        };
        let xray = spawn_xray(&tasks, config, &status).await?;
        let sinks_on = status.status().sinks.into_iter();
        let sinks_on = sinks_on.filter_map(|sink| Some((sink.name, sink.target?)));
        let sinks_on = sinks_on.collect();
        let state = (status, sinks.links, symbols);
        let (router, ingest) = routers(config, (own_url, public_url), &hub, state, shutdown);
        Ok(Self {
            router,
            ingest,
            sinks: sinks_on,
            xray,
            rejected,
            store,
            tasks,
        })
    }

    pub(crate) fn has_no_traces(&self) -> bool {
        self.store.totals().traces == 0
    }

    /// Drains the sinks and closes the store, within a time limit. Spans that are not sent by then
    /// stay in the store, and are sent after the next start.
    pub(crate) async fn shut_down(self, limit: Duration) {
        let deadline = Instant::now() + limit;
        let closed = async {
            let tasks_limit = limit.saturating_sub(STORE_CLOSE_TIME);
            self.tasks.shut_down(tasks_limit).await;
            self.store.close().await;
        };
        let _ = timeout_at(deadline, closed).await;
    }
}

/// Returns the router of all requests, and that of a socket for exports only.
fn routers(
    config: &Config,
    (own_url, public_url): (&str, &str),
    hub: &Hub,
    (status, links, symbols): (StatusSource, Option<TraceLinks>, Arc<SymbolFiles>),
    shutdown: CancellationToken,
) -> (Router, Router) {
    let edge = Arc::new(Edge::new(&status, config.limits.clone()));
    let api = Api {
        store: status.store.clone(),
        hub: hub.clone(),
        status,
        memory: ResponseMemory::new(),
        links,
        symbols,
        xray: XRayDocuments::new(config.xray.as_ref()),
        viewer: viewer::standalone_pages(config.viewer_dir.clone()),
        public_url: public_url.to_owned(),
        shutdown,
    };
    let own = [public_url, own_url];
    let access = Guard::new(config.viewer_token.as_ref(), &own);
    let exports = edge::routes(Arc::clone(&edge), &config.cors_origins);
    let traces = api::routes(api.clone())
        .merge(edge::import(Arc::clone(&edge)))
        .merge(viewer::routes(config.viewer_dir.clone()))
        .layer(from_fn_with_state(
            OwnAuthorities::of(&own),
            reject_cross_site,
        ))
        .layer(from_fn_with_state(access, guard))
        .layer(from_fn_with_state(Arc::clone(&edge), edge::reject_exports))
        .layer(from_fn(secure));
    let others = any(edge::reject_other_paths).with_state(edge);
    let all = exports.clone().merge(traces);
    let rest = api::health(api).fallback_service(others);
    let ingest = exports.merge(rest.layer(from_fn(secure)));
    (below_prefix(all, public_url), ingest)
}

/// Serves the router also below the path of the public URL: some proxies remove that prefix before
/// they forward a request, others do not.
fn below_prefix(router: Router, public_url: &str) -> Router {
    let url = Url::parse(public_url).ok();
    let prefix = url.as_ref().map_or("", Url::path).trim_end_matches('/');
    let is_plain = |char: char| char.is_ascii_alphanumeric() || "/-_.~".contains(char);
    if prefix.is_empty() || !prefix.chars().all(is_plain) {
        return router;
    }
    // As a service, because `nest` does not match the prefix with a trailing slash.
    Router::new()
        .nest_service(prefix, router.clone())
        .merge(router)
        .layer(from_fn_with_state(Arc::from(prefix), add_slash))
}

/// Redirects the prefix without a trailing slash, because relative URLs of the page would miss the
/// prefix.
async fn add_slash(State(prefix): State<Arc<str>>, request: Request, next: Next) -> Response {
    if request.uri().path() != &*prefix {
        return next.run(request).await;
    }
    // Relative, because a proxy may have removed another prefix.
    let folder = prefix.rsplit('/').next().unwrap_or_default();
    let query = request.uri().query().map(|query| format!("?{query}"));
    let target = format!("./{folder}/{}", query.unwrap_or_default());
    Redirect::permanent(&target).into_response()
}

/// Binds the UDP socket for X-Ray segments if it is configured, and spawns its receiver.
async fn spawn_xray(
    tasks: &Tasks,
    config: &Config,
    status: &StatusSource,
) -> Result<Option<SocketAddr>, Error> {
    let Some(address) = &config.xray_listen else {
        return Ok(None);
    };
    let socket = UdpSocket::bind(address).await;
    let socket = socket.map_err(|error| Error::listen(address, XRAY_LISTEN, error))?;
    let bound = socket.local_addr()?;
    let receiver = Receiver {
        socket,
        store: status.store.clone(),
        counts: status.counts.clone(),
        log: LogLimit::new(LOG_INTERVAL),
    };
    tasks.spawn(receiver.run(tasks.shutdown_token()));
    Ok(Some(bound))
}

/// Spawns the hub, the summarizer and the store's maintenance.
fn spawn_maintenance(tasks: &Tasks, store: &Store, hub: &Hub, rejected: &Arc<RejectedRequests>) {
    tasks.spawn_until_shutdown(hub.clone().run());
    let mut summarizer = store.summarizer();
    tasks.spawn_until_shutdown(async move {
        loop {
            let pause = match summarizer.run_once().await {
                Ok(()) => TICK_INTERVAL,
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    warn!(error, "cannot summarize traces; their summaries are stale");
                    SUMMARIZER_RETRY_DELAY
                }
            };
            sleep(pause).await;
        }
    });
    let (store, rejected) = (store.clone(), Arc::clone(rejected));
    tasks.spawn_until_shutdown(async move {
        let mut ticks = interval(TICK_INTERVAL);
        loop {
            ticks.tick().await;
            store.tick(clock::now()).await;
            rejected.flush_log();
        }
    });
}
