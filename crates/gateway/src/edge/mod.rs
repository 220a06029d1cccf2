//! The OTLP/HTTP edge: `POST /v1/traces`, answered as the OTLP specification says.
//!
//! ```text
//! headers -> Encoding, ContentCoding      (encoding)
//! body    -> bounded, inflated bytes      (body, budget)
//! bytes   -> spans and rejections         (crate::decode)
//! spans   -> durable, then acknowledged   (crate::store)
//! outcome -> answer in the same encoding  (answer)
//! ```

mod answer;
mod body;
mod budget;
mod cors;
mod encoding;

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    http::Method,
    response::Response,
    routing::post,
};

pub(crate) use self::answer::Refusal;
use self::{budget::Budget, encoding::ContentCoding};
use crate::{
    clock,
    config::Limits,
    decode::{Decoded, Encoding, Rejections, decode},
    status::RejectedSpans,
    store::Store,
};

/// What the edge needs to take a request.
#[derive(Debug)]
pub(crate) struct Edge {
    pub(crate) store: Store,
    pub(crate) rejected: Arc<RejectedSpans>,
    limits: Limits,
    budget: Budget,
}

impl Edge {
    pub(crate) fn new(store: Store, rejected: Arc<RejectedSpans>, limits: Limits) -> Self {
        let budget = Budget::new(limits.memory_bytes);
        Self {
            store,
            rejected,
            limits,
            budget,
        }
    }

    async fn accept(&self, encoding: Encoding, request: Request) -> Result<Rejections, Refusal> {
        let coding = ContentCoding::of(request.headers())?;
        let (body, _memory) =
            body::read(request.into_body(), coding, &self.limits, &self.budget).await?;
        let Decoded { batch, rejections } = decode(encoding, body)?;
        self.rejected.add(&rejections);
        self.store.append(batch, clock::now()).await?;
        Ok(rejections)
    }
}

/// Routes of the edge, which pages of `origins` may call from elsewhere.
pub(crate) fn routes(edge: Arc<Edge>, origins: &[String]) -> Router {
    Router::new()
        .route("/v1/traces", post(export).fallback(only_post))
        .route("/v1/{signal}", post(other_signal).fallback(only_post))
        .with_state(edge)
        .layer(cors::layer(origins))
}

async fn export(State(edge): State<Arc<Edge>>, request: Request) -> Response {
    let encoding = match Encoding::of(request.headers()) {
        Ok(encoding) => encoding,
        Err(refusal) => return refusal.answer(Encoding::Json),
    };
    match edge.accept(encoding, request).await {
        Ok(rejections) => answer::success(encoding, &rejections),
        Err(refusal) => refusal.answer(encoding),
    }
}

async fn only_post(method: Method, request: Request) -> Response {
    let encoding = Encoding::of(request.headers()).unwrap_or(Encoding::Json);
    Refusal::Method(method).answer(encoding)
}

async fn other_signal(request: Request) -> Response {
    let encoding = Encoding::of(request.headers()).unwrap_or(Encoding::Json);
    Refusal::Signal(request.uri().path().to_owned()).answer(encoding)
}
