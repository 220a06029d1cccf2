//! An OpenTelemetry SDK for Rust in the browser.
