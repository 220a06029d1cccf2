//! A broken exporter must not disturb requests, nor fill the log: it is mentioned once, and once
//! more when it works again.

use std::{
    fmt::Debug,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    trace::{SpanData, SpanExporter},
};

#[derive(Debug)]
pub(super) struct Announced<E> {
    exporter: E,
    failing: AtomicBool,
}

impl<E> Announced<E> {
    pub(super) fn new(exporter: E) -> Self {
        Self {
            exporter,
            failing: AtomicBool::new(false),
        }
    }

    /// What to say about this result, if it is news.
    fn news(&self, result: &OTelSdkResult) -> Option<String> {
        let failed = result.is_err();
        if self.failing.swap(failed, Ordering::Relaxed) == failed {
            return None;
        }
        Some(match result {
            Ok(()) => "spans are being sent again".to_owned(),
            Err(error) => format!(
                "spans could not be sent and are lost until they can: {error}; \
                 check OTEL_EXPORTER_OTLP_ENDPOINT and that something answers there"
            ),
        })
    }
}

impl<E: SpanExporter> SpanExporter for Announced<E> {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let result = self.exporter.export(batch).await;
        if let Some(news) = self.news(&result) {
            eprintln!("telemetry: {news}");
        }
        result
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.exporter.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry_sdk::error::OTelSdkError;

    use super::*;

    #[test]
    fn only_a_change_is_news() {
        let announced = Announced::new(());
        let failed = || {
            Err(OTelSdkError::InternalFailure(
                "connection refused".to_owned(),
            ))
        };
        assert_eq!(announced.news(&Ok(())), None);
        assert!(
            announced
                .news(&failed())
                .unwrap()
                .contains("connection refused")
        );
        assert_eq!(announced.news(&failed()), None);
        assert!(announced.news(&Ok(())).unwrap().contains("again"));
    }
}
