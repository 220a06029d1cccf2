//! Honeycomb, by OTLP/HTTP: <https://docs.honeycomb.io/send-data/opentelemetry/>.

use std::{
    io::Write,
    time::{Duration, SystemTime},
};

use flate2::{Compression, write::GzEncoder};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message;
use reqwest::{
    Client, Response, StatusCode,
    header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER},
    redirect::Policy,
};

use super::{Outcome, Sink, retry_after};
use crate::{config::Honeycomb, secret::Secret, wire};

const CONNECT_WITHIN: Duration = Duration::from_secs(10);
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// How much of an error's body is worth showing.
const ERROR_BYTES: usize = 300;

/// Sends to one Honeycomb team.
#[derive(Debug)]
pub(crate) struct HoneycombSink {
    client: Client,
    url: String,
    headers: HeaderMap,
    key: Secret,
}

/// A key or an address that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum HoneycombError {
    #[error("HONEYCOMB_API_KEY holds characters that no HTTP header may carry: copy the key again")]
    Key,
    #[error("HONEYCOMB_DATASET holds characters that no HTTP header may carry: use plain letters")]
    Dataset,
    #[error("the HTTP client cannot start: {0}")]
    Client(String),
}

impl HoneycombSink {
    pub(crate) fn new(config: &Honeycomb) -> Result<Self, HoneycombError> {
        // A redirect would carry the key to another host.
        let client = Client::builder()
            .redirect(Policy::none())
            .connect_timeout(CONNECT_WITHIN)
            .timeout(ANSWER_WITHIN)
            .user_agent(concat!("otel-web-gateway/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| HoneycombError::Client(error.to_string()))?;
        Ok(Self {
            client,
            url: format!("{}/v1/traces", config.endpoint.trim_end_matches('/')),
            headers: headers(config)?,
            key: config.key.clone(),
        })
    }

    async fn outcome(&self, response: Response) -> Outcome {
        let status = response.status();
        let after = response
            .headers()
            .get(RETRY_AFTER)
            .and_then(|value| retry_after::parse(value.to_str().ok()?, SystemTime::now()));
        let body = response.bytes().await.unwrap_or_default();
        if status.is_success() {
            return Outcome::Delivered {
                rejected: rejected_spans(&body),
            };
        }
        let error = self.describe(status, &body);
        match status.as_u16() {
            413 => Outcome::TooLarge { error },
            429 | 502 | 503 | 504 => Outcome::Retry { after, error },
            code => Outcome::Refused {
                reason: format!("http_{code}"),
                error,
            },
        }
    }

    fn describe(&self, status: StatusCode, body: &[u8]) -> String {
        let body = String::from_utf8_lossy(&body[..body.len().min(ERROR_BYTES)]);
        let printable: String = body.chars().filter(|char| !char.is_control()).collect();
        let advice = match status {
            StatusCode::UNAUTHORIZED => "check HONEYCOMB_API_KEY and HONEYCOMB_API_ENDPOINT: ",
            _ => "",
        };
        self.key.redact(&format!("{status}: {advice}{printable}"))
    }
}

impl Sink for HoneycombSink {
    /// Honeycomb takes 5 MB per request; the rest is room for resources and scopes.
    const MAX_BYTES: usize = 4_500_000;

    async fn send(&self, request: &wire::Request) -> Outcome {
        let body = gzip(&request.encode_to_vec());
        let request = self
            .client
            .post(&self.url)
            .headers(self.headers.clone())
            .body(body);
        match request.send().await {
            Ok(response) => self.outcome(response).await,
            Err(error) => Outcome::Retry {
                after: None,
                error: self.key.redact(&no_answer(error)),
            },
        }
    }
}

fn headers(config: &Honeycomb) -> Result<HeaderMap, HoneycombError> {
    let key = config.key.expose();
    let mut team = HeaderValue::from_str(key).map_err(|_| HoneycombError::Key)?;
    team.set_sensitive(true);
    let mut headers = HeaderMap::new();
    headers.insert("x-honeycomb-team", team);
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/x-protobuf"),
    );
    headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    if is_classic(key) {
        let dataset = HeaderValue::from_str(&config.dataset);
        headers.insert(
            "x-honeycomb-dataset",
            dataset.map_err(|_| HoneycombError::Dataset)?,
        );
    }
    Ok(headers)
}

/// Keys from before environments: 32 hex digits, or an ingest key of such a team (`hc?ic_…`).
fn is_classic(key: &str) -> bool {
    let legacy = key.len() == 32 && key.bytes().all(|byte| byte.is_ascii_hexdigit());
    let ingest = key.len() > 6 && key.starts_with("hc") && key.get(3..6) == Some("ic_");
    legacy || ingest
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 4), Compression::fast());
    // Writing to memory does not fail.
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.unwrap_or_default()
}

/// Full success has no `partial_success`. A body that is not OTLP rejected nothing.
fn rejected_spans(body: &[u8]) -> u64 {
    let response = ExportTraceServiceResponse::decode(body).unwrap_or_default();
    let rejected = response.partial_success.unwrap_or_default().rejected_spans;
    u64::try_from(rejected).unwrap_or_default()
}

/// The innermost cause says what happened; the address may hold credentials and is left out.
fn no_answer(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut cause: &dyn std::error::Error = &error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    format!("no answer: {cause}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_classic_keys_get_a_dataset() {
        assert!(is_classic("0123456789abcdef0123456789abcdef"));
        assert!(is_classic("hcxic_0123456789"));
        assert!(!is_classic("hcaik_01hqk4k20cjeh63wca8vva5stw"));
        assert!(!is_classic("0123456789abcdef012345"));
    }
}
