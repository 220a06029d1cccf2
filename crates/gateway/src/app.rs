//! Assembles a gateway: store, hub, edge, API, viewer, sinks and background tasks.

use std::{future::Future, net::SocketAddr, sync::Arc, time::Duration};

use crate::{
    api::{self, AnswerMemory, Api},
    clock,
    config::Config,
    edge::{self, Edge},
    error::Error,
    guard::{Guard, guard},
    headers::secure,
    hub::Hub,
    limited_log::LimitedLog,
    sinks::{self, Sinks, Starting, TraceLinks},
    status::{RefusedRequests, StatusSource},
    stop::{Stop, Stopping},
    store::Store,
    viewer,
    xray::Receiver,
};
use axum::{
    Router,
    extract::{Request, State},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Redirect, Response},
    routing::any,
};
use tokio::{
    net::UdpSocket,
    task::JoinSet,
    time::{Instant, interval, timeout, timeout_at},
};

/// The interval of the store's maintenance and of updating stale summaries.
const TICK_INTERVAL: Duration = Duration::from_millis(250);

/// The delay before stale summaries are updated after an error.
const SUMMARY_RETRY_DELAY: Duration = Duration::from_secs(1);

pub(crate) const XRAY_LISTEN: &str = "OTEL_WEB_GATEWAY_XRAY_LISTEN";

/// The part of the shutdown's time limit that is reserved for closing the store.
const STORE_CLOSE_TIMEOUT: Duration = Duration::from_millis(700);

#[derive(Debug)]
pub(crate) struct App {
    /// All routes.
    pub(crate) router: Router,
    /// The routes for spans and health checks.
    pub(crate) ingest: Router,
    /// One line per enabled sink.
    pub(crate) sinks: Vec<String>,
    /// The address for X-Ray segments, if enabled.
    pub(crate) xray: Option<SocketAddr>,
    /// Counts and logs rejected connections.
    pub(crate) refused: Arc<RefusedRequests>,
    store: Store,
    tasks: JoinSet<()>,
    stop_tasks: Stop,
}

impl App {
    /// Opens the store and starts all tasks. `stopping` ends the open event streams.
    pub(crate) async fn assemble(
        config: &Config,
        own_url: &str,
        stopping: Stopping,
    ) -> Result<Self, Error> {
        let hub = Hub::new();
        let names = sinks::names(config);
        let store = Store::open(&config.db, config.retention.clone(), &names, hub.clone())?;
        let (stop_tasks, stopping_tasks) = Stop::new();
        let mut tasks = Tasks::new(stopping_tasks);
        let refused = Arc::default();
        tasks.maintain(&store, &hub, &refused);
        let public_url = config.public_url.as_deref().unwrap_or(own_url);
        let public_url = public_url.trim_end_matches('/');
        let sinks = Sinks::start(config, (own_url, public_url), tasks.starting(&store)).await?;
        let status = StatusSource {
            store: store.clone(),
            spans: Arc::default(),
            refused: Arc::clone(&refused),
            sinks: sinks.counters,
        };
        let xray = tasks.xray(config, &status).await?;
        let announced = status.status().sinks.into_iter().filter_map(|sink| {
            let target = sink.target?;
            Some(format!("{}: on ({target})", sink.name))
        });
        let announced = announced.collect();
        let sources = (status, sinks.links);
        let (router, ingest) = routers(config, (own_url, public_url), &hub, sources, stopping);
        Ok(Self {
            router,
            ingest,
            sinks: announced,
            xray,
            refused,
            store,
            tasks: tasks.set,
            stop_tasks,
        })
    }

    /// Sends waiting spans and closes the store, within `time_limit`. Unsent spans stay in the
    /// store until the next start.
    pub(crate) async fn finish(mut self, time_limit: Duration) {
        let deadline = Instant::now() + time_limit;
        self.stop_tasks.now();
        let finished = async { while self.tasks.join_next().await.is_some() {} };
        let _ = timeout(time_limit.saturating_sub(STORE_CLOSE_TIMEOUT), finished).await;
        let closed = async {
            self.tasks.shutdown().await;
            self.store.close().await;
        };
        let _ = timeout_at(deadline, closed).await;
    }
}

/// Returns the router with all routes, and the one for spans and health checks.
fn routers(
    config: &Config,
    (own_url, public_url): (&str, &str),
    hub: &Hub,
    (status, links): (StatusSource, Option<TraceLinks>),
    stopping: Stopping,
) -> (Router, Router) {
    let edge = Arc::new(Edge::new(&status, config.limits.clone()));
    let api = Api {
        store: status.store.clone(),
        hub: hub.clone(),
        status,
        answers: AnswerMemory::new(),
        links,
        public_url: public_url.to_owned(),
        stopping,
    };
    let access = Guard::new(config.viewer_token.as_ref(), &[public_url, own_url]);
    let spans = edge::routes(Arc::clone(&edge), &config.cors_origins);
    let traces = api::routes(api.clone())
        .merge(edge::import(Arc::clone(&edge)))
        .merge(viewer::routes(config.viewer_dir.clone()))
        .layer(from_fn_with_state(access, guard))
        .layer(from_fn_with_state(Arc::clone(&edge), edge::elsewhere))
        .layer(from_fn(secure));
    let not_found = any(edge::refuse_elsewhere).with_state(edge);
    let all = spans.clone().merge(traces);
    let rest = api::health(api).fallback_service(not_found);
    let ingest = spans.merge(rest.layer(from_fn(secure)));
    (below_prefix(all, public_url), ingest)
}

/// Also serves the routes below the path of the public URL, because some proxies strip that
/// prefix and others do not.
fn below_prefix(router: Router, public_url: &str) -> Router {
    let (_, rest) = public_url.split_once("://").unwrap_or_default();
    let prefix = rest.find('/').map_or("", |slash| &rest[slash..]);
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/-_.~".contains(c);
    if prefix.len() < 2 || !prefix.chars().all(is_plain) {
        return router;
    }
    // `nest` would not match the prefix with a trailing slash.
    Router::new()
        .nest_service(prefix, router.clone())
        .merge(router)
        .layer(from_fn_with_state(Arc::from(prefix), add_slash))
}

/// Redirects the prefix to the one with a trailing slash, so that the page's relative URLs work.
async fn add_slash(State(prefix): State<Arc<str>>, request: Request, next: Next) -> Response {
    if request.uri().path() != &*prefix {
        return next.run(request).await;
    }
    // Relative, because a proxy may have stripped more of the path.
    let folder = prefix.rsplit('/').next().unwrap_or_default();
    let query = request.uri().query().map(|query| format!("?{query}"));
    let target = format!("./{folder}/{}", query.unwrap_or_default());
    Redirect::permanent(&target).into_response()
}

/// Background tasks.
struct Tasks {
    set: JoinSet<()>,
    stopping: Stopping,
}

impl Tasks {
    fn new(stopping: Stopping) -> Self {
        let set = JoinSet::new();
        Self { set, stopping }
    }

    async fn xray(
        &mut self,
        config: &Config,
        status: &StatusSource,
    ) -> Result<Option<SocketAddr>, Error> {
        let Some(address) = &config.xray_listen else {
            return Ok(None);
        };
        let socket = UdpSocket::bind(address).await;
        let socket = socket.map_err(|error| Error::listen(address, XRAY_LISTEN, &error))?;
        let bound = socket.local_addr()?;
        let receiver = Receiver {
            socket,
            store: status.store.clone(),
            spans: Arc::clone(&status.spans),
            log: LimitedLog::default(),
        };
        self.set.spawn(receiver.run(self.stopping.clone()));
        Ok(Some(bound))
    }

    fn maintain(&mut self, store: &Store, hub: &Hub, refused: &Arc<RefusedRequests>) {
        self.spawn(hub.clone().run());
        let mut summarizer = store.summarizer();
        self.spawn(async move {
            loop {
                let pause = match summarizer.run_once().await {
                    Ok(()) => TICK_INTERVAL,
                    Err(error) => {
                        eprintln!("store: summaries are stale: {error}");
                        SUMMARY_RETRY_DELAY
                    }
                };
                tokio::time::sleep(pause).await;
            }
        });
        let (store, refused) = (store.clone(), Arc::clone(refused));
        self.spawn(async move {
            let mut ticks = interval(TICK_INTERVAL);
            loop {
                ticks.tick().await;
                store.tick(clock::now()).await;
                refused.flush_log();
            }
        });
    }

    /// Spawns a task that is aborted on shutdown.
    fn spawn(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        let stopping = self.stopping.clone();
        self.set.spawn(async move {
            tokio::select! {
                () = task => {}
                () = stopping.signal() => {}
            }
        });
    }

    fn starting<'a>(&'a mut self, store: &'a Store) -> Starting<'a> {
        Starting {
            store,
            tasks: &mut self.set,
            stopping: &self.stopping,
        }
    }
}
