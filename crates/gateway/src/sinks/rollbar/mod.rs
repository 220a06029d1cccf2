//! The Rollbar sink: exceptions of spans as items, <https://docs.rollbar.com/reference/create-item>.
//!
//! Spans without an exception are skipped. An error that passes several spans of a service in one
//! trace is one item. Recent items are remembered, and the `uuid` of an item is derived from the
//! error, so it is the same after a restart. `sent` counts spans whose error is at Rollbar.

mod item;
mod recent;

use std::sync::{Arc, Mutex, PoisonError};

use reqwest::header::{CONTENT_TYPE, HeaderValue};

use self::{
    item::{Item, Writer},
    recent::Recent,
};
use super::{
    Delivery, SendResult, Sink, SinkError, exception,
    http::{Http, HttpResponse, RESPONSE_TIMEOUT},
};
use crate::{config::Rollbar, store, symbols::SymbolFiles, wire};

#[derive(Debug)]
pub(super) struct RollbarSink {
    http: Http,
    url: String,
    token: HeaderValue,
    writer: Writer,
    recent: Mutex<Recent>,
    symbols: Arc<SymbolFiles>,
}

impl RollbarSink {
    /// Creates the sink. `public_url` is where a browser reaches the viewer.
    pub(super) fn new(
        config: &Rollbar,
        public_url: &str,
        symbols: &Arc<SymbolFiles>,
    ) -> Result<Self, SinkError> {
        let token = HeaderValue::from_str(config.token.expose());
        let mut token = token.map_err(|_| SinkError::Header("ROLLBAR_ACCESS_TOKEN"))?;
        token.set_sensitive(true);
        Ok(Self {
            http: Http::new(
                &config.endpoint,
                vec![config.token.clone()],
                RESPONSE_TIMEOUT,
            )?,
            url: format!("{}/api/1/item/", config.endpoint.trim_end_matches('/')),
            token,
            writer: Writer::new(&config.environment, public_url),
            recent: Mutex::default(),
            symbols: Arc::clone(symbols),
        })
    }

    /// Sends an item, unless it was sent recently.
    async fn send_item(&self, item: &Item) -> Result<(), SendResult> {
        if self.recent().contains(&item.uuid) {
            return Ok(());
        }
        let response = self.post(item.body.clone()).await;
        let response = response.map_err(SendResult::retry)?;
        if !response.status.is_success() {
            return Err(self.error_result(&response));
        }
        self.recent().insert(item.uuid.clone());
        Ok(())
    }

    async fn post(&self, body: String) -> Result<HttpResponse, String> {
        let request = self
            .http
            .client()
            .post(&self.url)
            .header("x-rollbar-access-token", self.token.clone())
            .header(CONTENT_TYPE, "application/json")
            .body(body);
        let response = self.http.send(request).await;
        response.map_err(|failure| failure.error)
    }

    /// Interprets an error status as for OTLP. In addition, Rollbar has a header of its own for rate
    /// limits, and its internal errors are temporary.
    fn error_result(&self, response: &HttpResponse) -> SendResult {
        let error = self.http.describe(response, advice(response));
        match response.status.as_u16() {
            429 | 500..=599 => SendResult::Retry {
                after: response
                    .retry_after()
                    .or_else(|| item::rate_limit_reset(&response.headers)),
                error,
                left: None,
            },
            _ => self.http.error_result(response, advice(response)),
        }
    }

    fn recent(&self) -> std::sync::MutexGuard<'_, Recent> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn advice(response: &HttpResponse) -> &'static str {
    match response.status.as_u16() {
        401 | 403 => "check ROLLBAR_ACCESS_TOKEN, its scope must be post_server_item: ",
        _ => "",
    }
}

impl Sink for RollbarSink {
    const MAX_BYTES: usize = 4_000_000;
    /// Each span may be a request of its own, and a failed batch is repeated from its start.
    const MAX_RECORDS: usize = 500;

    async fn send(&self, request: &wire::Request) -> SendResult {
        let decoded = store::decode_spans(request);
        let named = self.symbols.name_functions(decoded.spans).await;
        let spans = match named {
            Ok(spans) => spans,
            Err(error) => return SendResult::retry(error.to_string()),
        };
        let (failed, others): (Vec<_>, Vec<_>) =
            spans.iter().partition(|span| exception::any(span));
        let mut delivery = Delivery {
            skipped: others.len() as u64,
            ..Delivery::default()
        };
        for (index, span) in failed.iter().enumerate() {
            match self.send_span(&self.writer.items(span)).await {
                Ok(()) => {}
                Err(SendResult::Rejected { reason, error }) => {
                    delivery.add_dropped(1, &reason, error);
                }
                Err(SendResult::TooLarge { error }) => delivery.add_dropped(1, "too_large", error),
                // Items that were sent are not sent again with the next attempt.
                Err(failure) => return with_left(failure, failed.len() - index),
            }
        }
        delivery.add_undecodable(decoded.unreadable);
        SendResult::Delivered(delivery)
    }

    /// Posts an item without a body, which Rollbar rejects as invalid only if the token may post.
    async fn check(&self) -> Result<String, String> {
        let response = self.post(r#"{"data":{}}"#.to_owned()).await?;
        match response.status.as_u16() {
            400 | 422 => Ok("the token may post items".to_owned()),
            _ => Err(self.http.describe(&response, advice(&response))),
        }
    }
}

impl RollbarSink {
    async fn send_span(&self, items: &[Item]) -> Result<(), SendResult> {
        for item in items {
            self.send_item(item).await?;
        }
        Ok(())
    }
}

/// Sets the number of remaining spans of a retry.
fn with_left(result: SendResult, spans: usize) -> SendResult {
    match result {
        SendResult::Retry { after, error, .. } => SendResult::Retry {
            after,
            error,
            left: Some(spans as u64),
        },
        other => other,
    }
}
