//! Any receiver of OTLP/HTTP: a collector, or a vendor that speaks it.

use super::{Outcome, Sink, SinkError, address, otlp_http::OtlpHttp};
use crate::{config::Otlp, wire};

#[derive(Debug)]
pub(super) struct OtlpSink(OtlpHttp);

impl OtlpSink {
    /// `own_urls` are where this gateway listens.
    pub(super) fn new(config: &Otlp, own_urls: &[&str]) -> Result<Self, SinkError> {
        let is_own = |own: &&str| address::is_own(&config.endpoint, own);
        if own_urls.iter().any(is_own) {
            return Err(SinkError::Address {
                name: "OTEL_EXPORTER_OTLP_ENDPOINT",
                address: address::shown(&config.endpoint),
                reason: "that is this gateway; unset it here, it is for the programs that send"
                    .to_owned(),
            });
        }
        let advice = "OTEL_EXPORTER_OTLP_HEADERS";
        Ok(Self(OtlpHttp::new(
            &config.endpoint,
            &config.headers,
            advice,
            config.timeout,
        )?))
    }
}

impl Sink for OtlpSink {
    /// Collectors take 20 MB and more when uncompressed; a smaller batch is retried sooner.
    const MAX_BYTES: usize = 4_000_000;

    async fn send(&self, request: &wire::Request) -> Outcome {
        self.0.send(request).await
    }

    async fn check(&self) -> Result<String, String> {
        self.0.check().await
    }
}
