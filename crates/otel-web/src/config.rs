//! Settings, and how the page overrides them without a new build: `<meta name="otel-…">`.

use std::borrow::Cow;

use opentelemetry::KeyValue;

use crate::ended_span::Hook;
use crate::{platform, propagation, text};

/// Everything that can be set, after the page had its say.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) service_name: Cow<'static, str>,
    pub(crate) endpoint: String,
    /// Where batches are posted; absolute.
    pub(crate) traces_url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) sample_ratio: f64,
    pub(crate) propagate_to: Vec<String>,
    /// Patterns of URLs.
    pub(crate) propagate_except: Vec<String>,
    pub(crate) propagate_xray: bool,
    /// The later one of a key counts.
    pub(crate) resource: Vec<KeyValue>,
    pub(crate) compression: Option<bool>,
    pub(crate) is_disabled: bool,
    pub(crate) on_end: Option<Hook>,
}

/// What is wrong with a setting, and what would be right. Telemetry stays off, the page goes on.
#[derive(Debug, PartialEq)]
pub(crate) struct InvalidSetting(pub(crate) String);

fn invalid(name: &str, value: &str, expected: &str) -> InvalidSetting {
    let parts = [
        name,
        " is \"",
        value,
        "\", expected ",
        expected,
        "; telemetry is off",
    ];
    InvalidSetting(parts.concat())
}

const ENDPOINT: &str = "an http(s) URL without a user name, or a path that starts with /";
const ORIGINS: &str = "origins like https://api.example.com with commas between them";
const PATTERNS: &str = "paths or URLs like /files/* with commas between them";

/// As the browser writes it.
fn absolute(name: &str, url: &str, expected: &str) -> Result<String, InvalidSetting> {
    platform::absolute_url(url).ok_or_else(|| invalid(name, url, expected))
}

impl Config {
    pub(crate) fn new(service_name: Cow<'static, str>) -> Self {
        Self {
            service_name,
            endpoint: String::new(),
            traces_url: String::new(),
            headers: Vec::new(),
            sample_ratio: 1.0,
            propagate_to: Vec::new(),
            propagate_except: Vec::new(),
            propagate_xray: false,
            resource: Vec::new(),
            compression: None,
            is_disabled: false,
            on_end: None,
        }
    }

    /// Applies the page's settings. `meta` gives the content of `<meta name="…">`.
    pub(crate) fn overridden_by(
        mut self,
        meta: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, InvalidSetting> {
        self.override_by(meta)?;
        self.check()?;
        self.resolve()?;
        Ok(self)
    }

    fn override_by(&mut self, meta: &dyn Fn(&str) -> Option<String>) -> Result<(), InvalidSetting> {
        if let Some(name) = meta("otel-service-name") {
            self.service_name = name.into();
        }
        if let Some(endpoint) = meta("otel-endpoint") {
            self.endpoint = endpoint;
        }
        if let Some(headers) = meta("otel-headers") {
            self.headers = pairs("otel-headers", &headers)?;
        }
        if let Some(ratio) = meta("otel-sample-ratio") {
            self.sample_ratio = ratio_of(&ratio)?;
        }
        if let Some(origins) = meta("otel-propagate-to") {
            self.propagate_to = items(&origins);
        }
        if let Some(patterns) = meta("otel-propagate-except") {
            self.propagate_except = items(&patterns);
        }
        if let Some(xray) = meta("otel-propagate-xray") {
            self.propagate_xray = is_true("otel-propagate-xray", &xray)?;
        }
        if let Some(compression) = meta("otel-compression") {
            self.compression = Some(is_gzip(&compression)?);
        }
        if let Some(disabled) = meta("otel-disabled") {
            self.is_disabled = is_true("otel-disabled", &disabled)?;
        }
        if let Some(attributes) = meta("otel-resource-attributes") {
            for (key, value) in pairs("otel-resource-attributes", &attributes)? {
                self.resource.push(KeyValue::new(key, value));
            }
        }
        Ok(())
    }

    fn check(&self) -> Result<(), InvalidSetting> {
        let endpoint = &self.endpoint;
        if !propagation::is_web(endpoint) && !endpoint.is_empty() && !endpoint.starts_with('/') {
            return Err(invalid("otel-endpoint", endpoint, ENDPOINT));
        }
        if !(0.0..=1.0).contains(&self.sample_ratio) {
            return Err(invalid_ratio("out of range"));
        }
        if let Some(wrong) = self
            .propagate_to
            .iter()
            .find(|origin| !propagation::is_origin(origin))
        {
            return Err(invalid("otel-propagate-to", wrong, ORIGINS));
        }
        if !self.headers.iter().all(is_header) {
            return Err(invalid_pairs("otel-headers"));
        }
        Ok(())
    }

    /// Writes URLs as the browser does, which they are compared with later.
    fn resolve(&mut self) -> Result<(), InvalidSetting> {
        for origin in &mut self.propagate_to {
            let url = absolute("otel-propagate-to", origin, ORIGINS)?;
            *origin = propagation::origin_of(&url).to_owned();
        }
        for pattern in &mut self.propagate_except {
            let has_query = pattern.bytes().any(|byte| matches!(byte, b'?' | b'#'));
            let is_whole = pattern.starts_with('/') || propagation::is_web(pattern);
            if has_query || !is_whole {
                return Err(invalid("otel-propagate-except", pattern, PATTERNS));
            }
            *pattern = absolute("otel-propagate-except", pattern, PATTERNS)?;
        }
        self.traces_url = absolute("otel-endpoint", &self.traces_path(), ENDPOINT)?;
        Ok(())
    }

    fn traces_path(&self) -> String {
        let mut endpoint = &*self.endpoint;
        while let Some(shorter) = endpoint.strip_suffix("/") {
            endpoint = shorter;
        }
        [endpoint, "/v1/traces"].concat()
    }
}

/// By the platform, which has a parser for numbers: Rust's own would weigh more than all settings.
fn ratio_of(text: &str) -> Result<f64, InvalidSetting> {
    let ratio = platform::parse_number(text);
    // `Number("")` is 0, which nobody means who writes nothing.
    let is_valid = !text.trim_ascii().is_empty() && (0.0..=1.0).contains(&ratio);
    is_valid.then_some(ratio).ok_or_else(|| invalid_ratio(text))
}

fn invalid_ratio(value: &str) -> InvalidSetting {
    invalid("otel-sample-ratio", value, "a number from 0 to 1")
}

fn is_true(name: &str, text: &str) -> Result<bool, InvalidSetting> {
    match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(invalid(name, text, "true or false")),
    }
}

/// The values of `OTEL_EXPORTER_OTLP_COMPRESSION`.
fn is_gzip(text: &str) -> Result<bool, InvalidSetting> {
    match text {
        "gzip" => Ok(true),
        "none" => Ok(false),
        _ => Err(invalid("otel-compression", text, "gzip or none")),
    }
}

fn items(mut text: &str) -> Vec<String> {
    let mut items = Vec::new();
    while !text.is_empty() {
        let item = text::next_part(&mut text, b',').trim_ascii();
        if !item.is_empty() {
            items.push(item.to_owned());
        }
    }
    items
}

/// `name=value,name=value`. A value may hold further equals signs, and no comma.
fn pairs(setting: &str, text: &str) -> Result<Vec<(String, String)>, InvalidSetting> {
    let mut pairs = Vec::new();
    for item in items(text) {
        let (name, value) = text::split_once(&item, b'=').unwrap_or_default();
        let name = name.trim_ascii();
        if name.is_empty() {
            return Err(invalid_pairs(setting));
        }
        pairs.push((name.to_owned(), value.trim_ascii().to_owned()));
    }
    Ok(pairs)
}

/// Without the text: a header may hold a key.
fn invalid_pairs(setting: &str) -> InvalidSetting {
    invalid(setting, "…", "name=value pairs with commas between them")
}

/// What a browser accepts as a header, which it would otherwise refuse at each export.
fn is_header((name, value): &(String, String)) -> bool {
    let is_in_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    !name.is_empty()
        && name.bytes().all(is_in_name)
        && value.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
#[path = "config_tests.rs"]
mod tests;
