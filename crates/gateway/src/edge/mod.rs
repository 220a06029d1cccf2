//! The OTLP/HTTP edge: `POST /v1/traces`, answered as the OTLP specification says.
//!
//! ```text
//! client  -> not too many requests         (rate)
//! headers -> Encoding, ContentCoding      (encoding)
//! body    -> bounded, inflated bytes      (body, budget)
//! bytes   -> spans and rejections         (intake, crate::decode)
//! spans   -> durable, then acknowledged   (intake, crate::store)
//! outcome -> answer in the same encoding  (answer)
//! ```

mod answer;
mod body;
mod budget;
mod cors;
mod encoding;
mod intake;
mod rate;
mod rpc_status;

use std::{sync::Arc, time::Instant};

use axum::{
    Router,
    extract::{Request, State},
    http::Method,
    response::Response,
    routing::{any, post},
};

pub(crate) use self::answer::Refusal;
#[cfg(any(test, fuzzing))]
pub(crate) use self::body::inflated;
use self::{budget::Budget, encoding::ContentCoding, rate::Rates};
use crate::{
    config::{Limits, PageOrigin},
    decode::{Encoding, Rejections},
    status::{RefusedRequests, RejectedSpans, StatusSource},
    store::Store,
};

/// What the edge needs to take a request.
#[derive(Debug)]
pub(crate) struct Edge {
    pub(crate) store: Store,
    pub(crate) rejected: Arc<RejectedSpans>,
    refused: Arc<RefusedRequests>,
    limits: Limits,
    budget: Budget,
    rates: Rates,
}

impl Edge {
    pub(crate) fn new(status: &StatusSource, limits: Limits) -> Self {
        Self {
            store: status.store.clone(),
            rejected: Arc::clone(&status.rejected),
            refused: Arc::clone(&status.refused),
            budget: Budget::new(limits.memory_bytes),
            rates: Rates::new(limits.requests_per_second),
            limits,
        }
    }

    /// What is imported stays here, whatever sinks are on.
    async fn take(&self, request: Request, imported: bool) -> Response {
        let encoding = Encoding::of(request.headers());
        match encoding {
            Ok(encoding) => match self.accept(encoding, request, imported).await {
                Ok(rejections) => answer::success(encoding, &rejections),
                Err(refusal) => self.answer(&refusal, encoding),
            },
            Err(refusal) => self.refuse(&refusal, request).await,
        }
    }

    async fn accept(
        &self,
        encoding: Encoding,
        request: Request,
        imported: bool,
    ) -> Result<Rejections, Refusal> {
        let body = match ContentCoding::of(request.headers()) {
            Ok(coding) => body::read(request.into_body(), coding, &self.limits, &self.budget).await,
            Err(refusal) => {
                body::discard(request.into_body(), &self.limits).await;
                Err(refusal)
            }
        };
        let (body, memory) = body?;
        self.intake(encoding, body, memory, imported).await
    }

    /// Answers in the request's encoding if it is known, and in JSON otherwise.
    async fn refuse(&self, refusal: &Refusal, request: Request) -> Response {
        let encoding = Encoding::of(request.headers()).unwrap_or(Encoding::Json);
        body::discard(request.into_body(), &self.limits).await;
        self.answer(refusal, encoding)
    }

    fn answer(&self, refusal: &Refusal, encoding: Encoding) -> Response {
        self.refused.add(refusal.reason());
        refusal.answer(encoding)
    }
}

/// Routes of the edge, which pages of `origins` may call from elsewhere.
pub(crate) fn routes(edge: Arc<Edge>, origins: &[PageOrigin]) -> Router {
    Router::new()
        .route("/v1/traces", post(export).fallback(only_post))
        .route("/v1/", any(other_signal))
        .route("/v1/{*signal}", any(other_signal))
        .with_state(edge)
        .layer(cors::layer(origins))
}

/// `POST /api/import`: takes what `GET /api/traces/{trace_id}` gave, or any OTLP request,
/// and answers like the edge. Unlike there, no sink gets the spans: whoever imports a trace
/// wants to look at it, and its vendors had it when it happened. It belongs to the viewer: no
/// foreign page may call it.
pub(crate) fn import(edge: Arc<Edge>) -> Router {
    Router::new()
        .route("/api/import", post(take_import).fallback(only_post))
        .with_state(edge)
}

async fn export(State(edge): State<Arc<Edge>>, request: Request) -> Response {
    match edge.rates.admit(&request, Instant::now()) {
        Ok(()) => edge.take(request, false).await,
        Err(refusal) => edge.refuse(&refusal, request).await,
    }
}

async fn take_import(State(edge): State<Arc<Edge>>, request: Request) -> Response {
    edge.take(request, true).await
}

async fn only_post(State(edge): State<Arc<Edge>>, method: Method, request: Request) -> Response {
    edge.refuse(&Refusal::Method(method), request).await
}

async fn other_signal(State(edge): State<Arc<Edge>>, request: Request) -> Response {
    let refusal = Refusal::Signal(request.uri().path().to_owned());
    edge.refuse(&refusal, request).await
}
