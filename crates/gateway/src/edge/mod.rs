//! The OTLP/HTTP endpoint: `POST /v1/traces` and `/v1/logs`, with responses as in the OTLP
//! specification. Both have the same limits and the same rules, except that pages of other origins
//! can send spans only.
//!
//! ```text
//! client   -> within its rate limit        (rate_limiter)
//! headers  -> MediaType, ContentCoding     (encoding)
//! body     -> limited, decompressed bytes  (body, inflate, budget)
//! bytes    -> records and rejections       (ingest, crate::decode)
//! records  -> stored, then acknowledged    (ingest, crate::store)
//! files    -> converted and stored         (import)
//! result   -> response in the same encoding (response, ingest_error)
//! ```

mod body;
mod budget;
mod client;
mod cors;
mod encoding;
mod import;
mod inflate;
mod ingest;
mod ingest_error;
mod rate_limiter;
mod response;
mod rpc_status;
mod wrong_path;

use std::{net::IpAddr, sync::Arc, time::Instant};

use axum::{
    Router,
    extract::{Request, State},
    http::Method,
    response::Response,
    routing::{any, post},
};
use bytes::Bytes;

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use self::body::inflated;
use self::{
    budget::{Budget, Lease},
    client::Client,
    encoding::{ContentCoding, MediaType},
    rate_limiter::RateLimiter,
    response::Accepted,
};
pub(crate) use self::{
    ingest_error::IngestError,
    wrong_path::{reject_exports, reject_other_paths},
};
use crate::{
    config::{Limits, PageOrigin},
    decode::{ReceivedLog, ReceivedSpan, Record, Signal},
    status::{RecordCounts, RejectedRequests, StatusSource},
    store::Store,
};

/// The state of the endpoint.
#[derive(Debug)]
pub(crate) struct Edge {
    store: Store,
    counts: RecordCounts,
    rejected: Arc<RejectedRequests>,
    limits: Limits,
    budget: Budget,
    rate_limiter: RateLimiter,
}

impl Edge {
    pub(crate) fn new(status: &StatusSource, limits: Limits) -> Self {
        let proxies = limits.trusted_proxies.clone();
        Self {
            store: status.store.clone(),
            counts: status.counts.clone(),
            rejected: Arc::clone(&status.rejected_requests),
            budget: Budget::new(limits.memory_bytes),
            rate_limiter: RateLimiter::new(limits.requests_per_second, proxies),
            limits,
        }
    }

    async fn handle<R: Record>(&self, request: Request, client: Client) -> Response {
        match MediaType::of(request.headers()) {
            Ok(media_type) => match self.accept::<R>(media_type, request, client).await {
                Ok(accepted) => {
                    self.log_losses(&accepted, client);
                    response::success(media_type, &accepted)
                }
                Err(error) => self.error_response(&error, media_type, client),
            },
            Err(error) => self.reject(&error, request).await,
        }
    }

    async fn accept<R: Record>(
        &self,
        media_type: MediaType,
        request: Request,
        client: Client,
    ) -> Result<Accepted, IngestError> {
        let client = client.key();
        let (body, memory) = self.read(request, client).await?;
        self.ingest::<R>(media_type.encoding, body, memory, client)
            .await
    }

    /// Reads and decompresses the body.
    async fn read(
        &self,
        request: Request,
        client: Option<IpAddr>,
    ) -> Result<(Bytes, Lease), IngestError> {
        let body = match ContentCoding::of(request.headers()) {
            Ok(coding) => body::read(request.into_body(), coding, &self.limits, &self.budget).await,
            Err(error) => {
                body::discard(request.into_body(), &self.limits).await;
                Err(error)
            }
        };
        if let Err(IngestError::TooLarge { limit_bytes }) = body {
            self.rate_limiter.charge(client, limit_bytes, 0);
        }
        body
    }

    /// Responds in the request's encoding if it is known, and in JSON otherwise.
    async fn reject(&self, error: &IngestError, request: Request) -> Response {
        let media_type = MediaType::of(request.headers()).unwrap_or(MediaType::JSON);
        let client = self.rate_limiter.client(&request);
        body::discard(request.into_body(), &self.limits).await;
        self.error_response(error, media_type, client)
    }

    fn error_response(
        &self,
        error: &IngestError,
        media_type: MediaType,
        client: Client,
    ) -> Response {
        let client = client.to_string();
        self.rejected.add(error.reason(), &client, &error.message());
        error.response(media_type)
    }

    /// The response has the same text, but few exporters log the message of a partial success.
    fn log_losses(&self, accepted: &Accepted, client: Client) {
        if let Some(loss) = accepted.loss() {
            let signal = accepted.signal;
            self.rejected.log_loss(signal, &client.to_string(), &loss);
        }
    }
}

/// Returns the routes of the endpoint. Pages of `origins` may send spans from other origins, but no
/// log records: those are for programs.
pub(crate) fn routes(edge: Arc<Edge>, origins: &[PageOrigin]) -> Router {
    let logs = post(export::<ReceivedLog>).fallback(only_post);
    Router::new()
        .route(
            Signal::Traces.path(),
            post(export::<ReceivedSpan>).fallback(only_post),
        )
        .route("/v1/", any(other_signal))
        .route("/v1/{*signal}", any(other_signal))
        .layer(cors::layer(origins))
        .route(Signal::Logs.path(), logs)
        .with_state(edge)
}

/// Returns the route `POST /api/import`, which accepts files: OTLP, Jaeger's and Zipkin's JSON. Imported
/// spans are not forwarded, because vendors received them when they were recorded. The route belongs to
/// the viewer, so pages of other origins may not call it.
pub(crate) fn import(edge: Arc<Edge>) -> Router {
    Router::new()
        .route("/api/import", post(import_file).fallback(only_post))
        .with_state(edge)
}

async fn export<R: Record>(State(edge): State<Arc<Edge>>, request: Request) -> Response {
    let client = edge.rate_limiter.client(&request);
    match edge.rate_limiter.admit(client, Instant::now()) {
        Ok(()) => edge.handle::<R>(request, client).await,
        Err(error) => edge.reject(&error, request).await,
    }
}

async fn import_file(State(edge): State<Arc<Edge>>, request: Request) -> Response {
    let client = edge.rate_limiter.client(&request);
    edge.import(request, client).await
}

async fn only_post(State(edge): State<Arc<Edge>>, method: Method, request: Request) -> Response {
    edge.reject(&IngestError::Method(method), request).await
}

async fn other_signal(State(edge): State<Arc<Edge>>, request: Request) -> Response {
    let error = IngestError::Signal(request.uri().path().to_owned());
    edge.reject(&error, request).await
}
