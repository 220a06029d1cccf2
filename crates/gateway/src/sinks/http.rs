//! The HTTP client of the sinks: responses of limited length, texts with redacted keys.

use std::time::{Duration, SystemTime};

use bytes::{Bytes, BytesMut};
use reqwest::{
    Client, RequestBuilder, Response, StatusCode,
    header::{HeaderMap, RETRY_AFTER},
    redirect::Policy,
};

use super::{SendResult, SinkError, retry_after};
use crate::secret::Secret;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The default timeout of a request.
pub(super) const RESPONSE_TIMEOUT: Duration = Duration::from_secs(30);

/// The part of a response body that is read. It holds the number of rejected spans, or an error.
const MAX_RESPONSE_BYTES: usize = 64 << 10;

/// The length limit of a receiver's error text.
const MAX_ERROR_CHARS: usize = 300;

#[derive(Debug)]
pub(super) struct Http {
    client: Client,
    secrets: Vec<Secret>,
}

/// A response. Its body is empty when the connection broke while it was read.
#[derive(Debug)]
pub(super) struct HttpResponse {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// A request without a response.
#[derive(Debug)]
pub(super) struct HttpError {
    /// The innermost cause, with keys redacted. For that reason it is a text and not the error.
    pub(super) error: String,
    /// The request was sent, but the response did not arrive in time.
    pub(super) is_timeout: bool,
}

impl Http {
    /// Builds a client. `secrets` are redacted in all texts. An `endpoint` on this machine is reached
    /// without a proxy, even where proxy variables are set.
    pub(super) fn new(
        endpoint: &str,
        secrets: Vec<Secret>,
        response_timeout: Duration,
    ) -> Result<Self, SinkError> {
        let mut client = http_client::builder();
        if hardening::is_loopback_url(endpoint) {
            client = client.no_proxy();
        }
        let client = client
            // A redirect would carry the key to another host.
            .redirect(Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(response_timeout)
            .user_agent(concat!("otel-web-gateway/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(SinkError::Client)?;
        Ok(Self { client, secrets })
    }

    pub(super) const fn client(&self) -> &Client {
        &self.client
    }

    pub(super) async fn send(&self, request: RequestBuilder) -> Result<HttpResponse, HttpError> {
        match request.send().await {
            Ok(response) => Ok(HttpResponse::read(response).await),
            Err(error) => Err(HttpError {
                is_timeout: error.is_timeout() && !error.is_connect(),
                error: self.redact(&innermost_cause(error)),
            }),
        }
    }

    /// Returns the status, the advice and the beginning of the body.
    pub(super) fn describe(&self, response: &HttpResponse, advice: &str) -> String {
        let body = self.excerpt(&String::from_utf8_lossy(&response.body));
        format!("{}: {advice}{body}", response.status)
    }

    /// Returns the beginning of a receiver's text. Keys are redacted first, because half of a key
    /// would not be found.
    pub(super) fn excerpt(&self, text: &str) -> String {
        let text = self.redact(text);
        let printable = text.chars().filter(|char| !char.is_control());
        printable.take(MAX_ERROR_CHARS).collect()
    }

    /// Interprets an error status as the OTLP specification does.
    pub(super) fn error_result(&self, response: &HttpResponse, advice: &str) -> SendResult {
        let error = self.describe(response, advice);
        match response.status.as_u16() {
            413 => SendResult::TooLarge { error },
            429 | 502 | 503 | 504 => SendResult::Retry {
                after: response.retry_after(),
                error,
                left: None,
            },
            code => SendResult::Rejected {
                reason: format!("http_{code}"),
                error,
            },
        }
    }

    fn redact(&self, text: &str) -> String {
        let secrets = self.secrets.iter();
        secrets.fold(text.to_owned(), |text, secret| secret.redact(&text))
    }
}

impl HttpResponse {
    /// Reads a response. The status decides what happened to the request: an accepted batch is not
    /// sent again when the body is lost.
    async fn read(mut response: Response) -> Self {
        Self {
            status: response.status(),
            headers: std::mem::take(response.headers_mut()),
            body: read_body(&mut response).await.unwrap_or_default(),
        }
    }

    pub(super) fn retry_after(&self) -> Option<Duration> {
        let value = self.headers.get(RETRY_AFTER)?.to_str().ok()?;
        retry_after::parse(value, SystemTime::now())
    }
}

async fn read_body(response: &mut Response) -> reqwest::Result<Bytes> {
    let mut body = BytesMut::new();
    while body.len() < MAX_RESPONSE_BYTES {
        let Some(chunk) = response.chunk().await? else {
            break;
        };
        body.extend_from_slice(&chunk);
    }
    body.truncate(MAX_RESPONSE_BYTES);
    Ok(body.freeze())
}

/// Returns the innermost cause, which is the most specific one. The URL is left out, because it may
/// hold credentials.
fn innermost_cause(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut cause: &dyn std::error::Error = &error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    format!("no response: {cause}")
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;

    /// Returns the response to a receiver that writes `head`, then `body` repeatedly, and closes the
    /// connection.
    async fn response(head: &'static str, body: &'static [u8], times: usize) -> HttpResponse {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let serving = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            assert!(stream.read(&mut [0; 4096]).await.unwrap() > 0);
            stream.write_all(head.as_bytes()).await.unwrap();
            for _ in 0..times {
                // The client may have closed the connection.
                let _ = stream.write_all(body).await;
            }
        };
        let http = Http::new(&url, Vec::new(), RESPONSE_TIMEOUT).unwrap();
        let (response, ()) = tokio::join!(http.send(http.client().get(url)), serving);
        response.unwrap()
    }

    #[tokio::test]
    async fn interrupted_response_keeps_its_status() {
        let head = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n";
        let cut = response(head, b"abc", 1).await;
        assert_eq!((cut.status.as_u16(), cut.body.len()), (200, 0));
    }

    #[tokio::test]
    async fn endless_response_is_read_up_to_the_limit() {
        let long = response("HTTP/1.1 400 No\r\n\r\n", &[b'x'; 1 << 16], 1 << 10).await;
        assert_eq!(
            (long.status.as_u16(), long.body.len()),
            (400, MAX_RESPONSE_BYTES)
        );
    }

    #[test]
    fn key_at_the_length_limit_is_redacted_before_truncation() {
        let key = "hcaik_0123456789";
        let http = Http::new("", vec![Secret::new(key)], RESPONSE_TIMEOUT).unwrap();
        let text = format!("{}{key}", "x".repeat(MAX_ERROR_CHARS - 5));
        let excerpt = http.excerpt(&text);
        assert_eq!(excerpt.chars().count(), MAX_ERROR_CHARS);
        assert!(excerpt.ends_with("x[reda"), "{excerpt}");
    }
}
