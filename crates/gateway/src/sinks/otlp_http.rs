//! OTLP/HTTP as a client: gzipped protobuf to `/v1/traces`.

use std::{io::Write, time::Duration};

use flate2::{Compression, write::GzEncoder};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};

use super::{
    Delivery, Outcome, SinkError,
    http::{Answer, Http, NoAnswer},
};
use crate::{secret::Secret, wire};

/// A receiver of OTLP.
#[derive(Debug)]
pub(super) struct OtlpHttp {
    pub(super) http: Http,
    url: String,
    pub(super) headers: HeaderMap,
    /// What to look at when the receiver does not know us.
    advice: &'static str,
}

impl OtlpHttp {
    /// `secrets` are values of headers, each under its header's name.
    pub(super) fn new(
        endpoint: &str,
        secrets: &[(String, Secret)],
        advice: &'static str,
        answer_within: Duration,
    ) -> Result<Self, SinkError> {
        let keys = secrets.iter().map(|(_, secret)| secret.clone()).collect();
        let mut headers = HeaderMap::new();
        for (name, secret) in secrets {
            let (name, value) = header(name, secret).ok_or(SinkError::Header(advice))?;
            headers.insert(name, value);
        }
        Ok(Self {
            http: Http::new(endpoint, keys, answer_within)?,
            url: format!("{}/v1/traces", endpoint.trim_end_matches('/')),
            headers,
            advice,
        })
    }

    pub(super) async fn send(&self, request: &wire::Request) -> Outcome {
        match self.post(request).await {
            Ok(answer) if answer.status.is_success() => Outcome::Delivered(self.delivery(&answer)),
            Ok(answer) => self.http.refusal(&answer, &self.advise(&answer)),
            Err(NoAnswer { error, is_late }) if is_late => Outcome::Late { error },
            Err(NoAnswer { error, .. }) => Outcome::later(error),
        }
    }

    /// An empty request: OTLP allows it, and it has no spans.
    pub(super) async fn check(&self) -> Result<String, String> {
        let answer = self.post(&wire::Request::default()).await;
        let answer = answer.map_err(|none| none.error)?;
        if answer.status.is_success() {
            return Ok("takes OTLP".to_owned());
        }
        Err(self.http.describe(&answer, &self.advise(&answer)))
    }

    async fn post(&self, request: &wire::Request) -> Result<Answer, NoAnswer> {
        // Exactly this content type: Honeycomb refuses parameters.
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

    fn advise(&self, answer: &Answer) -> String {
        match answer.status.as_u16() {
            401 | 403 => format!("check {}: ", self.advice),
            _ => String::new(),
        }
    }

    /// Full success has no `partial_success`. A body that is not OTLP rejected nothing.
    fn delivery(&self, answer: &Answer) -> Delivery {
        let response = ExportTraceServiceResponse::decode(&*answer.body).unwrap_or_default();
        let partial = response.partial_success.unwrap_or_default();
        let rejected = u64::try_from(partial.rejected_spans).unwrap_or_default();
        let error = self.http.excerpt(&partial.error_message);
        let mut delivery = Delivery::default();
        delivery.lose(rejected, "rejected_by_receiver", error);
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
