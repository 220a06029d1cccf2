//! Tests whether each receiver would accept spans. Keys and addresses of log records are the same.

use std::sync::Arc;

use logging::error_chain;

use super::{
    HONEYCOMB, OTLP, ROLLBAR, Sink, SinkError, XRAY, address, honeycomb::HoneycombSink,
    otlp::OtlpSink, rollbar::RollbarSink, xray::XRaySink,
};
use crate::{config::Config, decode::Signal, symbols::SymbolFiles};

/// The result of testing one sink. Keys are redacted in its texts.
#[derive(Debug)]
pub(crate) enum SinkCheck {
    Off {
        name: &'static str,
        /// The setting that turns the sink on.
        variable: &'static str,
    },
    On {
        name: &'static str,
        /// The receiver's address, without credentials.
        target: String,
        /// The result, or what failed and how to correct it.
        result: Result<String, String>,
    },
}

/// Tests all sinks concurrently: a receiver that does not respond takes half a minute.
pub(crate) async fn check(config: &Config) -> [SinkCheck; 4] {
    let (honeycomb, otlp, xray, rollbar) = tokio::join!(
        self::honeycomb(config),
        self::otlp(config),
        self::xray(config),
        self::rollbar(config)
    );
    [honeycomb, otlp, xray, rollbar]
}

async fn honeycomb(config: &Config) -> SinkCheck {
    match &config.honeycomb {
        Some(on) => {
            test(
                HONEYCOMB,
                &on.endpoint,
                HoneycombSink::new(Signal::Traces, on),
            )
            .await
        }
        None => off(HONEYCOMB, "HONEYCOMB_API_KEY"),
    }
}

async fn otlp(config: &Config) -> SinkCheck {
    match &config.otlp {
        Some(on) => {
            let sink = OtlpSink::new(Signal::Traces, on, &[&own_url(config)]);
            test(OTLP, &on.endpoint, sink).await
        }
        None => off(OTLP, "OTEL_EXPORTER_OTLP_ENDPOINT"),
    }
}

async fn xray(config: &Config) -> SinkCheck {
    match &config.xray {
        Some(on) => {
            let sink = XRaySink::new(on, config.xray_listen.as_deref(), &no_symbols());
            test(XRAY, &on.daemon_address, sink).await
        }
        None => off(XRAY, "AWS_XRAY_DAEMON_ADDRESS"),
    }
}

async fn rollbar(config: &Config) -> SinkCheck {
    match &config.rollbar {
        Some(on) => {
            let sink = RollbarSink::new(on, &own_url(config), &no_symbols());
            test(ROLLBAR, &on.endpoint, sink).await
        }
        None => off(ROLLBAR, "ROLLBAR_ACCESS_TOKEN"),
    }
}

/// Returns no symbols: a test sends no stack trace.
fn no_symbols() -> Arc<SymbolFiles> {
    Arc::new(SymbolFiles::new(None))
}

fn own_url(config: &Config) -> String {
    format!("http://{}", config.listen)
}

const fn off(name: &'static str, variable: &'static str) -> SinkCheck {
    SinkCheck::Off { name, variable }
}

async fn test(name: &'static str, target: &str, sink: Result<impl Sink, SinkError>) -> SinkCheck {
    let result = match sink {
        Ok(sink) => sink.check().await,
        Err(error) => Err(error_chain(&error)),
    };
    SinkCheck::On {
        name,
        target: address::redacted(target),
        result,
    }
}
