//! `otel-web-gateway check`: what is on, and whether each receiver would take spans.

use std::fmt;

use super::{
    HONEYCOMB, OTLP, ROLLBAR, Sink, SinkError, XRAY, address, honeycomb::HoneycombSink,
    otlp::OtlpSink, rollbar::RollbarSink, xray::XRaySink,
};
use crate::config::Config;

/// What a check found, one line each.
#[derive(Debug, Default)]
pub struct Report {
    lines: Vec<String>,
    failures: usize,
}

impl Report {
    /// Whether every sink that is on would take spans.
    #[must_use]
    pub const fn is_good(&self) -> bool {
        self.failures == 0
    }

    fn say(&mut self, line: String) {
        self.lines.push(line);
    }

    fn off(&mut self, name: &str, how: &str) {
        self.say(format!("{name}: off. Set {how} to turn it on"));
    }

    async fn test(&mut self, name: &str, target: &str, sink: Result<impl Sink, SinkError>) {
        let outcome = match sink {
            Ok(sink) => sink.check().await,
            Err(error) => Err(error.to_string()),
        };
        let target = address::shown(target);
        match outcome {
            Ok(text) => self.say(format!("{name}: good ({target}): {text}")),
            Err(text) => {
                self.failures += 1;
                self.say(format!("{name}: FAILS ({target}): {text}"));
            }
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// Says what is on and tests each sink's key or address. Sends no span, opens no store.
pub async fn check(config: &Config) -> Report {
    let mut report = Report::default();
    report.say(format!("gateway: listens on {}", config.listen));
    let hours = config.retention.age.as_secs() / 3600;
    let (file, mebibytes) = (config.db.display(), config.retention.bytes >> 20);
    report.say(format!(
        "store: {file}, at most {hours} h and {mebibytes} MiB"
    ));
    match &config.honeycomb {
        Some(on) => {
            report
                .test(HONEYCOMB, &on.endpoint, HoneycombSink::new(on))
                .await
        }
        None => report.off(HONEYCOMB, "HONEYCOMB_API_KEY"),
    }
    let own_url = format!("http://{}", config.listen);
    match &config.otlp {
        Some(on) => {
            report
                .test(OTLP, &on.endpoint, OtlpSink::new(on, &[&own_url]))
                .await
        }
        None => report.off(OTLP, "OTEL_EXPORTER_OTLP_ENDPOINT"),
    }
    match &config.xray {
        Some(on) => {
            report
                .test(
                    XRAY,
                    &on.daemon_address,
                    XRaySink::new(on, config.xray_listen.as_deref()),
                )
                .await
        }
        None => report.off(XRAY, "AWS_XRAY_DAEMON_ADDRESS"),
    }
    match &config.rollbar {
        Some(on) => {
            report
                .test(ROLLBAR, &on.endpoint, RollbarSink::new(on, &own_url))
                .await
        }
        None => report.off(ROLLBAR, "ROLLBAR_ACCESS_TOKEN"),
    }
    report
}
