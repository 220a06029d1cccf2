//! OTLP/HTTP as a client: gzipped protobuf to `/v1/traces` or `/v1/logs`. Requests and responses of
//! both are the same on the wire.

use std::{io::Write, time::Duration};

use flate2::{Compression, write::GzEncoder};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};

use super::{
    Delivery, SendResult, SinkError,
    http::{Http, HttpError, HttpResponse},
};
use crate::{decode::Signal, secret::Secret, wire};

/// A receiver of OTLP.
#[derive(Debug)]
pub(super) struct OtlpHttp {
    pub(super) http: Http,
    url: String,
    pub(super) headers: HeaderMap,
    /// The settings to check when the receiver rejects the key.
    advice: &'static str,
}

impl OtlpHttp {
    /// Creates a client. `secrets` are header names and their secret values.
    pub(super) fn new(
        signal: Signal,
        endpoint: &str,
        secrets: &[(String, Secret)],
        advice: &'static str,
        response_timeout: Duration,
    ) -> Result<Self, SinkError> {
        let keys = secrets.iter().map(|(_, secret)| secret.clone()).collect();
        let mut headers = HeaderMap::new();
        for (name, secret) in secrets {
            let (name, value) = header(name, secret).ok_or(SinkError::Header(advice))?;
            headers.insert(name, value);
        }
        Ok(Self {
            http: Http::new(endpoint, keys, response_timeout)?,
            url: format!("{}{}", endpoint.trim_end_matches('/'), signal.path()),
            headers,
            advice,
        })
    }

    pub(super) async fn send(&self, request: &wire::Request) -> SendResult {
        match self.post(request).await {
            Ok(response) if response.status.is_success() => {
                SendResult::Delivered(self.delivery(&response))
            }
            Ok(response) => self.http.error_result(&response, &self.advice(&response)),
            Err(HttpError { error, is_timeout }) if is_timeout => SendResult::Timeout { error },
            Err(HttpError { error, .. }) => SendResult::retry(error),
        }
    }

    /// Sends a request without records, which OTLP allows.
    pub(super) async fn check(&self) -> Result<String, String> {
        let response = self.post(&wire::Request::default()).await;
        let response = response.map_err(|failure| failure.error)?;
        if response.status.is_success() {
            return Ok("accepts OTLP".to_owned());
        }
        Err(self.http.describe(&response, &self.advice(&response)))
    }

    async fn post(&self, request: &wire::Request) -> Result<HttpResponse, HttpError> {
        // Without parameters, which Honeycomb rejects.
        let request = self
            .http
            .client()
            .post(&self.url)
            .header(CONTENT_TYPE, "application/x-protobuf")
            .header(CONTENT_ENCODING, "gzip")
            .headers(self.headers.clone())
            .body(gzip(&request.encode_to_vec()));
        self.http.send(request).await
    }

    fn advice(&self, response: &HttpResponse) -> String {
        match response.status.as_u16() {
            401 | 403 => format!("check {}: ", self.advice),
            _ => String::new(),
        }
    }

    /// Reads the partial success. A body that is not OTLP counts as full success.
    fn delivery(&self, response: &HttpResponse) -> Delivery {
        let message = ExportTraceServiceResponse::decode(&*response.body).unwrap_or_default();
        let partial = message.partial_success.unwrap_or_default();
        let rejected = u64::try_from(partial.rejected_spans).unwrap_or_default();
        let error = self.http.excerpt(&partial.error_message);
        let mut delivery = Delivery::default();
        delivery.add_dropped(rejected, "rejected_by_receiver", error);
        delivery
    }
}

fn header(name: &str, secret: &Secret) -> Option<(HeaderName, HeaderValue)> {
    let mut value = HeaderValue::from_str(secret.expose()).ok()?;
    value.set_sensitive(true);
    Some((name.parse().ok()?, value))
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 4), Compression::fast());
    // Writing to memory does not fail.
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.unwrap_or_default()
}
