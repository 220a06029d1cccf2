//! HTTP to vendors: one client, answers read to the end, texts without keys.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use reqwest::{
    Client, RequestBuilder, Response, StatusCode,
    header::{HeaderMap, RETRY_AFTER},
    redirect::Policy,
};

use super::{Outcome, SinkError, retry_after};
use crate::secret::Secret;

const CONNECT_WITHIN: Duration = Duration::from_secs(10);
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// How much of what a receiver says about an error is worth showing.
const ERROR_CHARS: usize = 300;

#[derive(Debug)]
pub(super) struct Http {
    client: Client,
    secrets: Vec<Secret>,
}

/// An answer, read to the end.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Http {
    /// `secrets` are taken out of every text, whoever wrote it.
    pub(super) fn new(secrets: Vec<Secret>) -> Result<Self, SinkError> {
        let client = Client::builder()
            // A redirect would carry the key to another host.
            .redirect(Policy::none())
            .connect_timeout(CONNECT_WITHIN)
            .timeout(ANSWER_WITHIN)
            .user_agent(concat!("otel-web-gateway/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| SinkError::Client(error.to_string()))?;
        Ok(Self { client, secrets })
    }

    pub(super) const fn client(&self) -> &Client {
        &self.client
    }

    /// The answer, or in words why there is none.
    pub(super) async fn send(&self, request: RequestBuilder) -> Result<Answer, String> {
        let answer = async { Answer::read(request.send().await?).await };
        answer.await.map_err(|error| self.redact(&no_answer(error)))
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
    async fn read(response: Response) -> reqwest::Result<Self> {
        Ok(Self {
            status: response.status(),
            headers: response.headers().clone(),
            body: response.bytes().await?,
        })
    }

    pub(super) fn retry_after(&self) -> Option<Duration> {
        let value = self.headers.get(RETRY_AFTER)?.to_str().ok()?;
        retry_after::parse(value, SystemTime::now())
    }
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
    fn a_key_at_the_cut_is_taken_out_before_the_cut() {
        let key = "hcaik_0123456789";
        let http = Http::new(vec![Secret::new(key)]).unwrap();
        let said = format!("{}{key}", "x".repeat(ERROR_CHARS - 5));
        let excerpt = http.excerpt(&said);
        assert_eq!(excerpt.chars().count(), ERROR_CHARS);
        assert!(excerpt.ends_with("x[reda"), "{excerpt}");
    }
}
