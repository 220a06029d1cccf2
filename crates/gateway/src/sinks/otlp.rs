//! The OTLP sink: any receiver of OTLP/HTTP, such as a collector or a vendor.

use super::{SendResult, Sink, SinkError, address, otlp_http::OtlpHttp};
use crate::{config::Otlp, decode::Signal, wire};

#[derive(Debug)]
pub(super) struct OtlpSink(OtlpHttp);

impl OtlpSink {
    /// Creates the sink of a signal. `own_urls` are the addresses where this gateway listens.
    pub(super) fn new(signal: Signal, config: &Otlp, own_urls: &[&str]) -> Result<Self, SinkError> {
        let is_own = |own: &&str| address::is_own(&config.endpoint, own);
        if own_urls.iter().any(is_own) {
            return Err(SinkError::Address {
                name: "OTEL_EXPORTER_OTLP_ENDPOINT",
                address: address::redacted(&config.endpoint),
                reason: "it is the address of this gateway; unset it for the gateway, it is for programs that export spans"
                    .to_owned(),
            });
        }
        let advice = "OTEL_EXPORTER_OTLP_HEADERS";
        Ok(Self(OtlpHttp::new(
            signal,
            &config.endpoint,
            &config.headers,
            advice,
            config.timeout,
        )?))
    }
}

impl Sink for OtlpSink {
    /// Collectors accept 20 MB and more, uncompressed. A smaller batch is retried sooner.
    const MAX_BYTES: usize = 4_000_000;

    async fn send(&self, request: &wire::Request) -> SendResult {
        self.0.send(request).await
    }

    async fn check(&self) -> Result<String, String> {
        self.0.check().await
    }
}
