//! Whether each receiver would take spans.

use super::{
    HONEYCOMB, OTLP, ROLLBAR, Sink, SinkError, XRAY, address, honeycomb::HoneycombSink,
    otlp::OtlpSink, rollbar::RollbarSink, xray::XRaySink,
};
use crate::{check::Line, config::Config};

/// A line for each sink. All receivers are asked at the same time: one that does not answer
/// costs half a minute.
pub(crate) async fn check(config: &Config) -> [Line; 4] {
    let (honeycomb, otlp, xray, rollbar) = tokio::join!(
        self::honeycomb(config),
        self::otlp(config),
        self::xray(config),
        self::rollbar(config)
    );
    [honeycomb, otlp, xray, rollbar]
}

async fn honeycomb(config: &Config) -> Line {
    match &config.honeycomb {
        Some(on) => test(HONEYCOMB, &on.endpoint, HoneycombSink::new(on)).await,
        None => Line::off(HONEYCOMB, "HONEYCOMB_API_KEY"),
    }
}

async fn otlp(config: &Config) -> Line {
    match &config.otlp {
        Some(on) => {
            let sink = OtlpSink::new(on, &[&own_url(config)]);
            test(OTLP, &on.endpoint, sink).await
        }
        None => Line::off(OTLP, "OTEL_EXPORTER_OTLP_ENDPOINT"),
    }
}

async fn xray(config: &Config) -> Line {
    match &config.xray {
        Some(on) => {
            let sink = XRaySink::new(on, config.xray_listen.as_deref());
            test(XRAY, &on.daemon_address, sink).await
        }
        None => Line::off(XRAY, "AWS_XRAY_DAEMON_ADDRESS"),
    }
}

async fn rollbar(config: &Config) -> Line {
    match &config.rollbar {
        Some(on) => {
            let sink = RollbarSink::new(on, &own_url(config));
            test(ROLLBAR, &on.endpoint, sink).await
        }
        None => Line::off(ROLLBAR, "ROLLBAR_ACCESS_TOKEN"),
    }
}

fn own_url(config: &Config) -> String {
    format!("http://{}", config.listen)
}

async fn test(name: &str, target: &str, sink: Result<impl Sink, SinkError>) -> Line {
    let outcome = match sink {
        Ok(sink) => sink.check().await,
        Err(error) => Err(error.to_string()),
    };
    let target = address::shown(target);
    match outcome {
        Ok(text) => Line::said(format!("{name}: good ({target}): {text}")),
        Err(text) => Line::fails(name, format!("{target}: {text}")),
    }
}
