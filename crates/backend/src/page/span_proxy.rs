//! Forwards the page's spans to their receiver.
//!
//! Only `POST` of this one path is forwarded: with a proxy for a whole gateway, another page could
//! read all traces by DNS rebinding. Cookies and other headers are not forwarded.

use std::{
    error::Error as _,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    body::{Body, Bytes},
    extract::rejection::BytesRejection,
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
};
use tokio::sync::Semaphore;
use url::Url;

use crate::{client_address::ClientAddress, telemetry::traces_url};

/// The size limit of a body. The page sends batches of up to 96 KiB.
pub(super) const MAX_BODY_BYTES: usize = 1024 * 1024;
/// The limit of bodies that are forwarded at the same time. It bounds the memory.
const MAX_CONCURRENT_REQUESTS: usize = 64;
const MAX_RESPONSE_BYTES: usize = 64 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// The time limit of a forwarded request with its response. The page waits for 10 s or more.
const TIMEOUT: Duration = Duration::from_secs(10);
const RETRY_AFTER_SECONDS: u16 = 1;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const REQUEST_HEADERS: [HeaderName; 2] = [header::CONTENT_TYPE, header::CONTENT_ENCODING];
const RESPONSE_HEADERS: [HeaderName; 2] = [header::CONTENT_TYPE, header::RETRY_AFTER];

/// Forwards bodies to one receiver.
#[derive(Clone, Debug)]
pub(super) struct SpanProxy {
    client: reqwest::Client,
    url: Url,
    slots: Arc<Semaphore>,
    is_failing: Arc<AtomicBool>,
}

impl SpanProxy {
    /// Creates a proxy for a receiver, to whose URL `v1/traces` is appended.
    pub(super) fn new(receiver: &Url) -> anyhow::Result<Self> {
        let url = Url::parse(&traces_url(receiver))?;
        let builder = http_client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .redirect(reqwest::redirect::Policy::none());
        let builder = if hardening::is_loopback_url(url.as_str()) {
            builder.no_proxy()
        } else {
            builder
        };
        Ok(Self {
            client: builder.build()?,
            url,
            slots: Arc::new(Semaphore::new(MAX_CONCURRENT_REQUESTS)),
            is_failing: Arc::default(),
        })
    }

    /// Forwards one body, with the client's address in `X-Forwarded-For`.
    pub(super) async fn forward(
        self,
        ClientAddress(client): ClientAddress,
        headers: HeaderMap,
        body: Result<Bytes, BytesRejection>,
    ) -> Response {
        let body = match body {
            Ok(body) => body,
            Err(rejection) => return rejection.into_response(),
        };
        let Ok(_slot) = self.slots.try_acquire() else {
            return unavailable(StatusCode::SERVICE_UNAVAILABLE);
        };
        let forwarded = copied(&headers, &REQUEST_HEADERS);
        let request = self.client.post(self.url.clone()).headers(forwarded);
        let request = request.header(X_FORWARDED_FOR, client.to_string());
        let result = match request.body(body).send().await {
            Ok(response) => relay(response).await,
            Err(error) => Err(error),
        };
        self.log_change(result.as_ref().err());
        result.unwrap_or_else(|_| unavailable(StatusCode::BAD_GATEWAY))
    }

    /// Logs when the receiver starts to fail, and when it works again.
    fn log_change(&self, error: Option<&reqwest::Error>) {
        let was_failing = self.is_failing.swap(error.is_some(), Ordering::Relaxed);
        match error {
            Some(error) if !was_failing => {
                let error = error.source().unwrap_or(error);
                tracing::warn!(
                    error,
                    "cannot forward the page's spans: check CRUDDUR_PAGE_OTLP_ENDPOINT"
                );
            }
            None if was_failing => tracing::info!("the page's spans are forwarded again"),
            _ => {}
        }
    }
}

async fn relay(mut response: reqwest::Response) -> Result<Response, reqwest::Error> {
    let (status, headers) = (
        response.status(),
        copied(response.headers(), &RESPONSE_HEADERS),
    );
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > MAX_RESPONSE_BYTES {
            return Ok(unavailable(StatusCode::BAD_GATEWAY));
        }
        body.extend_from_slice(&chunk);
    }
    Ok((status, headers, Body::from(body)).into_response())
}

fn copied(from: &HeaderMap, names: &[HeaderName]) -> HeaderMap {
    let values = names.iter().filter_map(|name| {
        let value = from.get(name)?;
        Some((name.clone(), value.clone()))
    });
    values.collect()
}

/// Returns a response after which the page sends the spans again.
fn unavailable(status: StatusCode) -> Response {
    let retry_after = [(header::RETRY_AFTER, RETRY_AFTER_SECONDS.to_string())];
    (status, retry_after).into_response()
}
