//! Settings, and how a page overrides those of the build: `<meta name="otel-…">`.

use std::borrow::Cow;

use opentelemetry::KeyValue;

use crate::browser::platform;
use crate::core::propagation::origin;
use crate::core::text;
#[cfg(feature = "root-observer")]
use crate::trace::ended_root::RootObserver;
use crate::trace::ended_span::Hook;

/// All settings. See [`Builder`](crate::Builder).
#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) service_name: Cow<'static, str>,
    pub(crate) endpoint: String,
    /// The absolute URL to which batches are posted.
    pub(crate) traces_url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) sample_ratio: f64,
    pub(crate) propagate_to: Vec<String>,
    /// URL patterns.
    pub(crate) propagate_except: Vec<String>,
    pub(crate) propagate_xray: bool,
    /// With equal keys, the last attribute wins.
    pub(crate) resource: Vec<KeyValue>,
    pub(crate) compression: Option<bool>,
    pub(crate) is_disabled: bool,
    /// The first one.
    invalid: Option<InvalidSetting>,
    pub(crate) on_end: Option<Hook>,
    #[cfg(feature = "root-observer")]
    pub(crate) on_root_end: Option<RootObserver>,
}

/// The message for an invalid setting: what it is, and what was expected. Telemetry stays off.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct InvalidSetting(pub(crate) String);

const EXPECTED_ENDPOINT: &str = "a path, or an http(s) URL without a user name";
const EXPECTED_ORIGINS: &str = "comma-separated origins like https://api.example.com";
const EXPECTED_PATTERNS: &str = "comma-separated paths or URLs like /files/*";
const BOOLEAN: [&str; 2] = ["false", "true"];
/// The values of `OTEL_EXPORTER_OTLP_COMPRESSION`.
const COMPRESSION: [&str; 2] = ["none", "gzip"];

/// Resolves a URL as the browser does.
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
            invalid: None,
            on_end: None,
            #[cfg(feature = "root-observer")]
            on_root_end: None,
        }
    }

    /// Applies the page's settings, and validates all. `meta` returns the content of
    /// `<meta name="…">`. Returns the first invalid setting.
    pub(crate) fn add_page_settings(
        &mut self,
        meta: &dyn Fn(&str) -> Option<String>,
    ) -> Result<(), InvalidSetting> {
        self.apply_page_settings(meta);
        self.validate();
        self.resolve();
        self.invalid.take().map_or(Ok(()), Err)
    }

    fn apply_page_settings(&mut self, meta: &dyn Fn(&str) -> Option<String>) {
        if let Some(name) = meta("otel-service-name") {
            self.service_name = name.into();
        }
        if let Some(endpoint) = meta("otel-endpoint") {
            self.endpoint = endpoint;
        }
        if let Some(headers) = meta("otel-headers") {
            self.headers = self.parse_pairs("otel-headers", &headers);
        }
        if let Some(ratio) = meta("otel-sample-ratio") {
            self.sample_ratio = self.parse_ratio(&ratio);
        }
        if let Some(origins) = meta("otel-propagate-to") {
            self.propagate_to = parse_list(&origins);
        }
        if let Some(patterns) = meta("otel-propagate-except") {
            self.propagate_except = parse_list(&patterns);
        }
        if let Some(xray) = meta("otel-propagate-xray") {
            self.propagate_xray = self.parse_choice("otel-propagate-xray", &xray, BOOLEAN);
        }
        if let Some(compression) = meta("otel-compression") {
            let is_on = self.parse_choice("otel-compression", &compression, COMPRESSION);
            self.compression = Some(is_on);
        }
        if let Some(disabled) = meta("otel-disabled") {
            self.is_disabled = self.parse_choice("otel-disabled", &disabled, BOOLEAN);
        }
        if let Some(attributes) = meta("otel-resource-attributes") {
            for (key, value) in self.parse_pairs("otel-resource-attributes", &attributes) {
                self.resource.push(KeyValue::new(key, value));
            }
        }
    }

    fn validate(&mut self) {
        let endpoint = &self.endpoint;
        if !origin::is_web(endpoint) && !endpoint.is_empty() && !endpoint.starts_with('/') {
            self.reject("otel-endpoint", &endpoint.clone(), EXPECTED_ENDPOINT);
        }
        if !(0.0..=1.0).contains(&self.sample_ratio) {
            self.reject_ratio("out of range");
        }
        if !self.headers.iter().all(is_header) {
            self.reject_pairs("otel-headers");
        }
    }

    /// Normalizes URLs as the browser does, since they are compared with the browser's.
    fn resolve(&mut self) {
        for mut origin in std::mem::take(&mut self.propagate_to) {
            if !origin::is_origin(&origin) {
                self.reject("otel-propagate-to", &origin, EXPECTED_ORIGINS);
            }
            origin = self.absolute("otel-propagate-to", &origin, EXPECTED_ORIGINS);
            let origin = origin::origin_of(&origin).to_owned();
            self.propagate_to.push(origin);
        }
        for pattern in std::mem::take(&mut self.propagate_except) {
            let has_query = pattern.bytes().any(|byte| matches!(byte, b'?' | b'#'));
            let is_complete = pattern.starts_with('/') || origin::is_web(&pattern);
            if has_query || !is_complete {
                self.reject("otel-propagate-except", &pattern, EXPECTED_PATTERNS);
            }
            let pattern = self.absolute("otel-propagate-except", &pattern, EXPECTED_PATTERNS);
            self.propagate_except.push(pattern);
        }
        let path = self.traces_path();
        self.traces_url = self.absolute("otel-endpoint", &path, EXPECTED_ENDPOINT);
    }

    fn traces_path(&self) -> String {
        let mut endpoint = &*self.endpoint;
        while let Some(shorter) = endpoint.strip_suffix("/") {
            endpoint = shorter;
        }
        [endpoint, "/v1/traces"].concat()
    }

    /// Uses the platform's number parser. Rust's own would add more code than all settings together.
    fn parse_ratio(&mut self, text: &str) -> f64 {
        let ratio = platform::parse_number(text);
        // `Number("")` is 0, which an empty setting does not mean.
        if text.trim_ascii().is_empty() || !(0.0..=1.0).contains(&ratio) {
            self.reject_ratio(text);
        }
        ratio
    }

    /// Returns whether the text is the second of two values.
    fn parse_choice(&mut self, name: &str, text: &str, [no, yes]: [&str; 2]) -> bool {
        if text != no && text != yes {
            self.reject(name, text, &[yes, " or ", no].concat());
        }
        text == yes
    }

    /// Parses `name=value,name=value`. A value may contain equals signs, but no comma.
    fn parse_pairs(&mut self, setting: &str, text: &str) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        for item in parse_list(text) {
            let (name, value) = text::split_once(&item, b'=').unwrap_or_default();
            let name = name.trim_ascii();
            if name.is_empty() {
                self.reject_pairs(setting);
            }
            pairs.push((name.to_owned(), value.trim_ascii().to_owned()));
        }
        pairs
    }

    fn absolute(&mut self, name: &str, url: &str, expected: &str) -> String {
        let absolute = platform::absolute_url(url);
        if absolute.is_none() {
            self.reject(name, url, expected);
        }
        absolute.unwrap_or_default()
    }

    fn reject_ratio(&mut self, value: &str) {
        self.reject("otel-sample-ratio", value, "a number from 0 to 1");
    }

    /// Leaves the text out, since a header may contain an API key.
    fn reject_pairs(&mut self, setting: &str) {
        self.reject(setting, "…", "comma-separated name=value pairs");
    }

    /// Stores the message unless an earlier setting is invalid. An error is a field and not a result, because
    /// each `?` would add code that drops what is parsed already.
    fn reject(&mut self, name: &str, value: &str, expected: &str) {
        let parts = [
            name,
            " is \"",
            value,
            "\", expected ",
            expected,
            "; telemetry is off",
        ];
        self.invalid
            .get_or_insert_with(|| InvalidSetting(parts.concat()));
    }
}

fn parse_list(mut text: &str) -> Vec<String> {
    let mut items = Vec::new();
    while !text.is_empty() {
        let item = text::next_part(&mut text, b',').trim_ascii();
        if !item.is_empty() {
            items.push(item.to_owned());
        }
    }
    items
}

/// Whether browsers accept the header. They would otherwise refuse every export.
fn is_header((name, value): &(String, String)) -> bool {
    let is_in_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    !name.is_empty()
        && name.bytes().all(is_in_name)
        && value.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;

    fn with_meta(pairs: &[(&str, &str)]) -> Result<Config, InvalidSetting> {
        let mut config = Config {
            endpoint: "/otlp".to_owned(),
            ..Config::new("shop".into())
        };
        config.add_page_settings(&|name| {
            let pair = pairs.iter().find(|(key, _)| *key == name)?;
            Some(pair.1.to_owned())
        })?;
        Ok(config)
    }

    #[test]
    fn page_settings_override_the_build() {
        let config = with_meta(&[
            ("otel-service-name", "shop-beta"),
            ("otel-endpoint", "https://api.honeycomb.io/"),
            ("otel-headers", "x-honeycomb-team=abc, b = c=d"),
            ("otel-sample-ratio", "0.25"),
            (
                "otel-propagate-to",
                "https://a.example, http://localhost:4567",
            ),
            ("otel-propagate-xray", "true"),
            (
                "otel-resource-attributes",
                "deployment.environment.name=staging,service.version=1.2",
            ),
        ])
        .unwrap();
        assert_eq!(config.service_name, "shop-beta");
        assert_eq!(config.traces_url, "https://api.honeycomb.io/v1/traces");
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            config.headers,
            [header("x-honeycomb-team", "abc"), header("b", "c=d")]
        );
        assert_eq!(config.sample_ratio, 0.25);
        assert_eq!(
            config.propagate_to,
            ["https://a.example", "http://localhost:4567"]
        );
        assert!(config.propagate_xray && !config.is_disabled);
        let attribute = |key: &'static str, value: &'static str| KeyValue::new(key, value);
        assert_eq!(
            config.resource,
            [
                attribute("deployment.environment.name", "staging"),
                attribute("service.version", "1.2")
            ]
        );
    }

    #[test]
    fn settings_of_the_build_apply_by_default() {
        assert_eq!(
            with_meta(&[]).unwrap().traces_url,
            "https://page.example/otlp/v1/traces"
        );
    }

    #[test]
    fn page_can_disable_telemetry() {
        assert!(with_meta(&[("otel-disabled", "true")]).unwrap().is_disabled);
    }

    #[test]
    fn invalid_setting_is_named_with_the_expected_value() {
        let cases = [
            ("otel-sample-ratio", "all", "a number from 0 to 1"),
            ("otel-sample-ratio", "2", "\"2\""),
            ("otel-sample-ratio", "", "a number from 0 to 1"),
            ("otel-sample-ratio", "NaN", "\"NaN\""),
            ("otel-endpoint", "ftp://x", "ftp://x"),
            ("otel-propagate-to", "https://a.example/", "origins like"),
            ("otel-propagate-to", "*", "origins like"),
            ("otel-disabled", "yes", "true or false"),
            ("otel-resource-attributes", "a", "name=value"),
        ];
        for (name, value, expected) in cases {
            let message = with_meta(&[(name, value)]).unwrap_err().0;
            assert!(
                message.starts_with(name) && message.contains(expected),
                "{message}"
            );
        }
    }

    #[test]
    fn invalid_header_is_not_printed() {
        for headers in [
            "secret",
            "=secret",
            "na me=secret",
            "name=se\ncret",
            "name=sécret",
        ] {
            let message = with_meta(&[("otel-headers", headers)]).unwrap_err().0;
            assert!(
                message.contains("name=value") && !message.contains("cret"),
                "{message}"
            );
        }
    }

    #[test]
    fn excluded_urls_are_resolved_patterns() {
        let config = with_meta(&[(
            "otel-propagate-except",
            "/files/*, https://api.example.com/*/download",
        )]);
        assert_eq!(
            config.unwrap().propagate_except,
            [
                "https://page.example/files/*",
                "https://api.example.com/*/download"
            ]
        );
        for wrong in ["files/*", "/files?id=*", "/files#top", "*"] {
            let error = with_meta(&[("otel-propagate-except", wrong)]).unwrap_err();
            assert!(error.0.contains("/files/*"), "{error:?}");
        }
    }

    #[test]
    fn endpoint_with_a_password_is_rejected() {
        let error = with_meta(&[("otel-endpoint", "https://me:secret@a.example")]).unwrap_err();
        assert!(error.0.contains("without a user name"), "{error:?}");
    }
}
