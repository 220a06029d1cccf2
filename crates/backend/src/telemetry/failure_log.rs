//! Logging of export failures.

use std::{
    error::Error,
    fmt::Debug,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    logs::{LogBatch, LogExporter},
    trace::{SpanData, SpanExporter},
};

/// An exporter that logs when it starts to fail, and when it works again, but not each failure.
#[derive(Debug)]
pub(super) struct FailureLog<E> {
    exporter: E,
    /// What it exports, in the plural.
    records: &'static str,
    is_failing: AtomicBool,
}

impl<E> FailureLog<E> {
    pub(super) fn new(exporter: E, records: &'static str) -> Self {
        Self {
            exporter,
            records,
            is_failing: AtomicBool::new(false),
        }
    }

    fn log(&self, result: &OTelSdkResult) {
        if !self.is_change(result) {
            return;
        }
        let records = self.records;
        match result {
            Ok(()) => tracing::info!("{records} are exported again"),
            Err(error) => {
                let error = error as &dyn Error;
                tracing::warn!(
                    error,
                    "cannot export {records}, and they are lost: check OTEL_EXPORTER_OTLP_ENDPOINT and \
                     that a receiver listens there"
                );
            }
        }
    }

    /// Records the result, and returns whether the exporter started or stopped failing.
    fn is_change(&self, result: &OTelSdkResult) -> bool {
        let failed = result.is_err();
        self.is_failing.swap(failed, Ordering::Relaxed) != failed
    }
}

impl<E: SpanExporter> SpanExporter for FailureLog<E> {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let result = self.exporter.export(batch).await;
        self.log(&result);
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

impl<E: LogExporter> LogExporter for FailureLog<E> {
    async fn export(&self, batch: LogBatch<'_>) -> OTelSdkResult {
        let result = self.exporter.export(batch).await;
        self.log(&result);
        result
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
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
    fn only_a_change_is_logged() {
        let log = FailureLog::new((), "spans");
        let failure = || {
            let reason = "connection refused".to_owned();
            Err(OTelSdkError::InternalFailure(reason))
        };
        assert!(!log.is_change(&Ok(())));
        assert!(log.is_change(&failure()));
        assert!(!log.is_change(&failure()));
        assert!(log.is_change(&Ok(())));
    }
}
