//! The OTLP/HTTP edge: `POST /v1/traces`, answered as the OTLP specification says.
//!
//! ```text
//! client  -> not too many requests         (rate)
//! headers -> MediaType, ContentCoding     (encoding)
//! body    -> bounded, inflated bytes      (body, inflate, budget)
//! bytes   -> spans and rejections         (intake, crate::decode)
//! spans   -> durable, then acknowledged   (intake, crate::store)
//! outcome -> answer in the same encoding  (answer)
//! ```

mod answer;
mod body;
mod budget;
mod client;
mod cors;
mod elsewhere;
mod encoding;
mod inflate;
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

#[cfg(any(test, fuzzing))]
pub(crate) use self::body::inflated;
use self::{
    answer::Accepted,
    budget::Budget,
    client::Client,
    encoding::{ContentCoding, MediaType},
    rate::Rates,
};
pub(crate) use self::{
    answer::Refusal,
    elsewhere::{elsewhere, refuse_elsewhere},
};
use crate::{
    config::{Limits, PageOrigin},
    status::{RefusedRequests, SpanCounts, StatusSource},
    store::Store,
};

/// What the edge needs to take a request.
#[derive(Debug)]
pub(crate) struct Edge {
    store: Store,
    spans: Arc<SpanCounts>,
    refused: Arc<RefusedRequests>,
    limits: Limits,
    budget: Budget,
    rates: Rates,
}

impl Edge {
    pub(crate) fn new(status: &StatusSource, limits: Limits) -> Self {
        Self {
            store: status.store.clone(),
            spans: Arc::clone(&status.spans),
            refused: Arc::clone(&status.refused),
            budget: Budget::new(limits.memory_bytes),
            rates: Rates::new(limits.requests_per_second, limits.trusted_proxies.clone()),
            limits,
        }
    }

    /// What is imported stays here, whatever sinks are on.
    async fn take(&self, request: Request, client: Client, imported: bool) -> Response {
        let media_type = if imported {
            MediaType::of_file(request.headers())
        } else {
            MediaType::of(request.headers())
        };
        match media_type {
            Ok(media_type) => match self.accept(media_type, request, client, imported).await {
                Ok(accepted) => {
                    self.log_losses(&accepted, client);
                    answer::success(media_type, &accepted)
                }
                Err(refusal) => self.answer(&refusal, media_type, client),
            },
            Err(refusal) => self.refuse(&refusal, request).await,
        }
    }

    async fn accept(
        &self,
        media_type: MediaType,
        request: Request,
        client: Client,
        imported: bool,
    ) -> Result<Accepted, Refusal> {
        let sender = client.key();
        let body = match ContentCoding::of(request.headers()) {
            Ok(coding) => body::read(request.into_body(), coding, &self.limits, &self.budget).await,
            Err(refusal) => {
                body::discard(request.into_body(), &self.limits).await;
                Err(refusal)
            }
        };
        if let Err(Refusal::TooLarge { limit_bytes }) = body {
            self.rates.charge(sender, limit_bytes, 0);
        }
        let (body, memory) = body?;
        self.intake(media_type.encoding, body, memory, (imported, sender))
            .await
    }

    /// Answers in the request's encoding if it is known, and in JSON otherwise.
    async fn refuse(&self, refusal: &Refusal, request: Request) -> Response {
        let media_type = MediaType::of(request.headers()).unwrap_or(MediaType::JSON);
        let client = self.rates.client(&request);
        body::discard(request.into_body(), &self.limits).await;
        self.answer(refusal, media_type, client)
    }

    fn answer(&self, refusal: &Refusal, media_type: MediaType, client: Client) -> Response {
        self.refused
            .add(refusal.reason(), &client.to_string(), &refusal.message());
        refusal.answer(media_type)
    }

    /// The sender is told, too, but few exporters log what they are told by a success.
    fn log_losses(&self, accepted: &Accepted, client: Client) {
        if let Some(loss) = accepted.loss() {
            let line = format_args!("edge: of spans of {client}: {loss}");
            self.refused.log("edge: spans rejected or repaired", line);
        }
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
    let client = edge.rates.client(&request);
    match edge.rates.admit(client, Instant::now()) {
        Ok(()) => edge.take(request, client, false).await,
        Err(refusal) => edge.refuse(&refusal, request).await,
    }
}

async fn take_import(State(edge): State<Arc<Edge>>, request: Request) -> Response {
    let client = edge.rates.client(&request);
    edge.take(request, client, true).await
}

async fn only_post(State(edge): State<Arc<Edge>>, method: Method, request: Request) -> Response {
    edge.refuse(&Refusal::Method(method), request).await
}

async fn other_signal(State(edge): State<Arc<Edge>>, request: Request) -> Response {
    let refusal = Refusal::Signal(request.uri().path().to_owned());
    edge.refuse(&refusal, request).await
}
