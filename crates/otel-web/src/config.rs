//! Settings, and how the page overrides them without a new build: `<meta name="otel-…">`.

use std::borrow::Cow;
use std::fmt;

use crate::platform;

/// Everything that can be set, after the page had its say.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) service_name: Cow<'static, str>,
    pub(crate) endpoint: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) sample_ratio: f64,
    pub(crate) propagate_to: Vec<String>,
}

/// A setting that cannot be used. Telemetry stays off, the page goes on.
#[derive(Debug, PartialEq)]
pub(crate) struct InvalidSetting {
    name: &'static str,
    value: String,
    expected: &'static str,
}

impl fmt::Display for InvalidSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            value,
            expected,
        } = self;
        write!(
            f,
            "{name} is \"{value}\", expected {expected}; telemetry is off"
        )
    }
}

impl Config {
    /// Applies the page's settings. `meta` gives the content of `<meta name="…">`.
    pub(crate) fn overridden_by(
        mut self,
        meta: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, InvalidSetting> {
        if let Some(name) = meta("otel-service-name") {
            self.service_name = name.into();
        }
        if let Some(endpoint) = meta("otel-endpoint") {
            self.endpoint = endpoint;
        }
        if let Some(headers) = meta("otel-headers") {
            self.headers = parse_headers(&headers)?;
        }
        if let Some(ratio) = meta("otel-sample-ratio") {
            self.sample_ratio = parse_ratio(&ratio)?;
        }
        self.check()
    }

    fn check(self) -> Result<Self, InvalidSetting> {
        let is_absolute =
            self.endpoint.starts_with("http://") || self.endpoint.starts_with("https://");
        let is_path = self.endpoint.is_empty() || self.endpoint.starts_with('/');
        if !is_absolute && !is_path {
            return Err(InvalidSetting {
                name: "otel-endpoint",
                value: self.endpoint,
                expected: "an http(s) URL or a path that starts with /",
            });
        }
        if !(0.0..=1.0).contains(&self.sample_ratio) {
            return Err(invalid_ratio("out of range"));
        }
        Ok(self)
    }

    /// Where batches are posted.
    pub(crate) fn traces_url(&self) -> String {
        [self.endpoint.trim_end_matches('/'), "/v1/traces"].concat()
    }
}

/// By the platform, which has a parser for numbers: Rust's own would weigh more than all settings.
fn parse_ratio(text: &str) -> Result<f64, InvalidSetting> {
    let ratio = platform::parse_number(text);
    let is_valid = (0.0..=1.0).contains(&ratio);
    is_valid.then_some(ratio).ok_or_else(|| invalid_ratio(text))
}

fn invalid_ratio(value: &str) -> InvalidSetting {
    InvalidSetting {
        name: "otel-sample-ratio",
        value: value.to_owned(),
        expected: "a number from 0 to 1",
    }
}

/// `name=value,name=value`, as in `OTEL_EXPORTER_OTLP_HEADERS`.
fn parse_headers(text: &str) -> Result<Vec<(String, String)>, InvalidSetting> {
    let pairs = text
        .split(',')
        .map(str::trim)
        .filter(|pair| !pair.is_empty());
    let parse = |pair: &str| {
        let (name, value) = pair.split_once('=')?;
        (!name.trim().is_empty()).then(|| (name.trim().to_owned(), value.trim().to_owned()))
    };
    pairs
        .map(parse)
        .collect::<Option<_>>()
        .ok_or(InvalidSetting {
            name: "otel-headers",
            // Not the text: a header may hold a key.
            value: "…".to_owned(),
            expected: "name=value pairs with commas between them",
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_meta(pairs: &[(&str, &str)]) -> Result<Config, InvalidSetting> {
        let config = Config {
            service_name: "shop".into(),
            endpoint: "/otlp".to_owned(),
            headers: Vec::new(),
            sample_ratio: 1.0,
            propagate_to: Vec::new(),
        };
        config.overridden_by(|name| {
            let pair = pairs.iter().find(|(key, _)| *key == name)?;
            Some(pair.1.to_owned())
        })
    }

    #[test]
    fn the_page_wins_over_the_build() {
        let config = with_meta(&[
            ("otel-endpoint", "https://api.honeycomb.io/"),
            ("otel-headers", "x-honeycomb-team=abc, b = c=d"),
            ("otel-sample-ratio", "0.25"),
        ])
        .unwrap();
        assert_eq!(config.traces_url(), "https://api.honeycomb.io/v1/traces");
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            config.headers,
            [header("x-honeycomb-team", "abc"), header("b", "c=d")]
        );
        assert_eq!(config.sample_ratio, 0.25);
    }

    #[test]
    fn without_settings_the_build_counts() {
        assert_eq!(with_meta(&[]).unwrap().traces_url(), "/otlp/v1/traces");
    }

    #[test]
    fn what_cannot_be_used_is_said() {
        let said = |pair| with_meta(&[pair]).unwrap_err().to_string();
        assert!(said(("otel-sample-ratio", "all")).contains("a number from 0 to 1"));
        assert!(said(("otel-sample-ratio", "2")).contains("\"2\""));
        assert!(said(("otel-endpoint", "ftp://x")).contains("ftp://x"));
        let headers = said(("otel-headers", "secret"));
        assert!(headers.contains("name=value") && !headers.contains("secret"));
    }
}
