//! HTTP to vendors: one client, answers of a bounded length, texts without keys.

use std::time::{Duration, SystemTime};

use bytes::{Bytes, BytesMut};
use reqwest::{
    Client, RequestBuilder, Response, StatusCode,
    header::{HeaderMap, RETRY_AFTER},
    redirect::Policy,
};

use super::{Outcome, SinkError, retry_after};
use crate::secret::Secret;

const CONNECT_WITHIN: Duration = Duration::from_secs(10);

/// Of vendors, unless somebody says otherwise.
pub(super) const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// Of an answer, this much is read: it says how many spans were rejected, or why all were.
const ANSWER_BYTES: usize = 64 << 10;

/// How much of what a receiver says about an error is worth showing.
const ERROR_CHARS: usize = 300;

#[derive(Debug)]
pub(super) struct Http {
    client: Client,
    secrets: Vec<Secret>,
}

/// An answer. Its body is empty when the connection broke in the middle of it.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// Why there is no answer, in words, and whether there may be one to less.
#[derive(Debug)]
pub(super) struct NoAnswer {
    pub(super) error: String,
    pub(super) is_late: bool,
}

impl Http {
    /// `secrets` are taken out of every text, whoever wrote it. A receiver at `endpoint` on this machine is
    /// reached without a proxy, whatever variables are set.
    pub(super) fn new(
        endpoint: &str,
        secrets: Vec<Secret>,
        answer_within: Duration,
    ) -> Result<Self, SinkError> {
        let mut client = Client::builder();
        if hardening::is_loopback_url(endpoint) {
            client = client.no_proxy();
        }
        let client = client
            // A redirect would carry the key to another host.
            .redirect(Policy::none())
            .connect_timeout(CONNECT_WITHIN)
            .timeout(answer_within)
            .user_agent(concat!("otel-web-gateway/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| SinkError::Client(error.to_string()))?;
        Ok(Self { client, secrets })
    }

    pub(super) const fn client(&self) -> &Client {
        &self.client
    }

    pub(super) async fn send(&self, request: RequestBuilder) -> Result<Answer, NoAnswer> {
        match request.send().await {
            Ok(response) => Ok(Answer::read(response).await),
            Err(error) => Err(NoAnswer {
                is_late: error.is_timeout() && !error.is_connect(),
                error: self.redact(&no_answer(error)),
            }),
        }
    }

    /// The status and the beginning of the body.
    pub(super) fn describe(&self, answer: &Answer, advice: &str) -> String {
        let body = self.excerpt(&String::from_utf8_lossy(&answer.body));
        format!("{}: {advice}{body}", answer.status)
    }

    /// The beginning of what a receiver says. A key in it goes first: of one that is cut in
    /// two nothing would be found.
    pub(super) fn excerpt(&self, text: &str) -> String {
        let text = self.redact(text);
        let printable = text.chars().filter(|char| !char.is_control());
        printable.take(ERROR_CHARS).collect()
    }

    /// What an answer that is no success means, by OTLP's rules.
    pub(super) fn refusal(&self, answer: &Answer, advice: &str) -> Outcome {
        let error = self.describe(answer, advice);
        match answer.status.as_u16() {
            413 => Outcome::TooLarge { error },
            429 | 502 | 503 | 504 => Outcome::Retry {
                after: answer.retry_after(),
                error,
                left: None,
            },
            code => Outcome::Refused {
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

impl Answer {
    /// The status alone says what became of the request: a batch that was taken is not sent
    /// again because the rest of the answer was lost.
    async fn read(mut response: Response) -> Self {
        Self {
            status: response.status(),
            headers: std::mem::take(response.headers_mut()),
            body: beginning(&mut response).await.unwrap_or_default(),
        }
    }

    pub(super) fn retry_after(&self) -> Option<Duration> {
        let value = self.headers.get(RETRY_AFTER)?.to_str().ok()?;
        retry_after::parse(value, SystemTime::now())
    }
}

async fn beginning(response: &mut Response) -> reqwest::Result<Bytes> {
    let mut body = BytesMut::new();
    while body.len() < ANSWER_BYTES {
        let Some(chunk) = response.chunk().await? else {
            break;
        };
        body.extend_from_slice(&chunk);
    }
    body.truncate(ANSWER_BYTES);
    Ok(body.freeze())
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
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;

    /// What is heard when the receiver says this, `times` over, and closes the connection.
    async fn answer(head: &'static str, body: &'static [u8], times: usize) -> Answer {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let serving = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            assert!(stream.read(&mut [0; 4096]).await.unwrap() > 0);
            stream.write_all(head.as_bytes()).await.unwrap();
            for _ in 0..times {
                // The client may have heard enough.
                let _ = stream.write_all(body).await;
            }
        };
        let http = Http::new(&url, Vec::new(), ANSWER_WITHIN).unwrap();
        let (answer, ()) = tokio::join!(http.send(http.client().get(url)), serving);
        answer.unwrap()
    }

    #[tokio::test]
    async fn an_answer_that_breaks_off_is_its_status() {
        let head = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n";
        let cut = answer(head, b"abc", 1).await;
        assert_eq!((cut.status.as_u16(), cut.body.len()), (200, 0));
    }

    #[tokio::test]
    async fn of_an_answer_that_goes_on_and_on_the_beginning_is_read() {
        let long = answer("HTTP/1.1 400 No\r\n\r\n", &[b'x'; 1 << 16], 1 << 10).await;
        assert_eq!((long.status.as_u16(), long.body.len()), (400, ANSWER_BYTES));
    }

    #[test]
    fn a_key_at_the_cut_is_taken_out_before_the_cut() {
        let key = "hcaik_0123456789";
        let http = Http::new("", vec![Secret::new(key)], ANSWER_WITHIN).unwrap();
        let said = format!("{}{key}", "x".repeat(ERROR_CHARS - 5));
        let excerpt = http.excerpt(&said);
        assert_eq!(excerpt.chars().count(), ERROR_CHARS);
        assert!(excerpt.ends_with("x[reda"), "{excerpt}");
    }
}
