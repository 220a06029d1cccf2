//! Rollbar: exceptions of spans as items, <https://docs.rollbar.com/reference/create-item>.
//!
//! Spans without an exception are skipped. An error that passes through several spans of a
//! service within one trace is one error, and one item: the `recent` ones are remembered,
//! and the item's `uuid` is made from the error, so that it stays the same after a restart.
//! `sent` counts spans whose error is at Rollbar.

mod item;
mod recent;

use std::sync::{Mutex, PoisonError};

use reqwest::header::{CONTENT_TYPE, HeaderValue};

use self::{
    item::{Item, Writer},
    recent::Recent,
};
use super::{
    Delivery, Outcome, Sink, SinkError, exception,
    http::{ANSWER_WITHIN, Answer, Http},
};
use crate::{config::Rollbar, store, wire};

#[derive(Debug)]
pub(super) struct RollbarSink {
    http: Http,
    url: String,
    token: HeaderValue,
    writer: Writer,
    recent: Mutex<Recent>,
}

impl RollbarSink {
    /// `public_url` is where a browser finds the viewer.
    pub(super) fn new(config: &Rollbar, public_url: &str) -> Result<Self, SinkError> {
        let token = HeaderValue::from_str(config.token.expose());
        let mut token = token.map_err(|_| SinkError::Header("ROLLBAR_ACCESS_TOKEN"))?;
        token.set_sensitive(true);
        Ok(Self {
            http: Http::new(&config.endpoint, vec![config.token.clone()], ANSWER_WITHIN)?,
            url: format!("{}/api/1/item/", config.endpoint.trim_end_matches('/')),
            token,
            writer: Writer::new(&config.environment, public_url),
            recent: Mutex::default(),
        })
    }

    /// What is left to do is none when the item is there.
    async fn send_item(&self, item: &Item) -> Result<(), Outcome> {
        if self.recent().contains(&item.uuid) {
            return Ok(());
        }
        let answer = self.post(item.body.clone()).await;
        let answer = answer.map_err(Outcome::later)?;
        if !answer.status.is_success() {
            return Err(self.refusal(&answer));
        }
        self.recent().insert(item.uuid.clone());
        Ok(())
    }

    async fn post(&self, body: String) -> Result<Answer, String> {
        let request = self
            .http
            .client()
            .post(&self.url)
            .header("x-rollbar-access-token", self.token.clone())
            .header(CONTENT_TYPE, "application/json")
            .body(body);
        let answer = self.http.send(request).await;
        answer.map_err(|none| none.error)
    }

    /// As for OTLP, but Rollbar says by a header of its own when a limit ends, and its
    /// internal errors pass.
    fn refusal(&self, answer: &Answer) -> Outcome {
        let error = self.http.describe(answer, advice(answer));
        match answer.status.as_u16() {
            429 | 500..=599 => Outcome::Retry {
                after: answer
                    .retry_after()
                    .or_else(|| item::limit_ends(&answer.headers)),
                error,
                left: None,
            },
            _ => self.http.refusal(answer, advice(answer)),
        }
    }

    fn recent(&self) -> std::sync::MutexGuard<'_, Recent> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn advice(answer: &Answer) -> &'static str {
    match answer.status.as_u16() {
        401 | 403 => "check ROLLBAR_ACCESS_TOKEN, its scope must be post_server_item: ",
        _ => "",
    }
}

impl Sink for RollbarSink {
    const MAX_BYTES: usize = 4_000_000;
    /// Each may be a request of its own, and a batch that fails begins anew.
    const MAX_SPANS: usize = 500;

    async fn send(&self, request: &wire::Request) -> Outcome {
        let decoded = store::decode_spans(request);
        let (failed, others): (Vec<_>, Vec<_>) =
            decoded.spans.iter().partition(|span| exception::any(span));
        let mut delivery = Delivery {
            skipped: others.len() as u64,
            ..Delivery::default()
        };
        for (index, span) in failed.iter().enumerate() {
            match self.send_span(&self.writer.items(span)).await {
                Ok(()) => {}
                Err(Outcome::Refused { reason, error }) => delivery.lose(1, &reason, error),
                Err(Outcome::TooLarge { error }) => delivery.lose(1, "too_large", error),
                // What was sent of this batch is remembered.
                Err(later) => return with_left(later, failed.len() - index),
            }
        }
        delivery.lose_unreadable(decoded.unreadable);
        Outcome::Delivered(delivery)
    }

    /// An item without a body: a token that may post gets as far as being told so.
    async fn check(&self) -> Result<String, String> {
        let answer = self.post(r#"{"data":{}}"#.to_owned()).await?;
        match answer.status.as_u16() {
            400 | 422 => Ok("the token may post items".to_owned()),
            _ => Err(self.http.describe(&answer, advice(&answer))),
        }
    }
}

impl RollbarSink {
    async fn send_span(&self, items: &[Item]) -> Result<(), Outcome> {
        for item in items {
            self.send_item(item).await?;
        }
        Ok(())
    }
}

fn with_left(later: Outcome, spans: usize) -> Outcome {
    match later {
        Outcome::Retry { after, error, .. } => Outcome::Retry {
            after,
            error,
            left: Some(spans as u64),
        },
        other => other,
    }
}
