//! The Honeycomb sink, by OTLP/HTTP: <https://docs.honeycomb.io/send-data/opentelemetry/>.

mod auth;
mod links;

use reqwest::header::HeaderValue;

use self::auth::Account;
pub(super) use self::auth::AuthError;
pub(crate) use self::links::TraceLinks;
use super::{SendResult, Sink, SinkError, http::RESPONSE_TIMEOUT, otlp_http::OtlpHttp};
use crate::{config::Honeycomb, decode::Signal, wire};

/// Sends to one Honeycomb team.
#[derive(Debug)]
pub(super) struct HoneycombSink {
    otlp: OtlpHttp,
    endpoint: String,
}

impl HoneycombSink {
    /// Creates the sink of a signal. The dataset of both is chosen by the same rules.
    pub(super) fn new(signal: Signal, config: &Honeycomb) -> Result<Self, SinkError> {
        let team = ("x-honeycomb-team".to_owned(), config.key.clone());
        let advice = "HONEYCOMB_API_KEY and HONEYCOMB_API_ENDPOINT";
        let mut otlp = OtlpHttp::new(signal, &config.endpoint, &[team], advice, RESPONSE_TIMEOUT)?;
        if is_classic(config.key.expose()) {
            let dataset = HeaderValue::from_str(&config.dataset);
            let dataset = dataset.map_err(|_| SinkError::Header("HONEYCOMB_DATASET"))?;
            otlp.headers.insert("x-honeycomb-dataset", dataset);
        }
        let endpoint = config.endpoint.trim_end_matches('/').to_owned();
        Ok(Self { otlp, endpoint })
    }

    /// Returns the account that the key belongs to.
    pub(super) async fn account(&self) -> Result<Account, AuthError> {
        auth::resolve_account(&self.otlp, &self.endpoint).await
    }
}

impl Sink for HoneycombSink {
    /// Honeycomb accepts 5 MB per request. The documentation does not say of which unit, so some is
    /// left.
    const MAX_BYTES: usize = 4_500_000;

    async fn send(&self, request: &wire::Request) -> SendResult {
        self.otlp.send(request).await
    }

    async fn check(&self) -> Result<String, String> {
        let account = self.account().await.map_err(AuthError::into_text)?;
        Ok(format!("the key belongs to {account}"))
    }
}

/// Returns whether a key belongs to a team without environments: 32 hex digits, or `hc?ic_…` for an
/// ingest key.
fn is_classic(key: &str) -> bool {
    let legacy = key.len() == 32 && key.bytes().all(|byte| byte.is_ascii_hexdigit());
    let ingest = key.len() > 6 && key.starts_with("hc") && key.get(3..6) == Some("ic_");
    legacy || ingest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_classic_keys_have_a_dataset() {
        assert!(is_classic("0123456789abcdef0123456789abcdef"));
        assert!(is_classic("hcxic_0123456789"));
        assert!(!is_classic("hcaik_01hqk4k20cjeh63wca8vva5stw"));
        assert!(!is_classic("0123456789abcdef012345"));
    }
}
