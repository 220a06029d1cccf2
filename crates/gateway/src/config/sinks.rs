//! Where spans go on to. A sink is on when its key or its address is there.

use std::time::Duration;

use super::{ConfigError, lookup::Lookup};
use crate::secret::Secret;

/// Whoever waits longer for one answer has forgotten what it was about: 10 min.
const LONGEST_TIMEOUT_MS: u64 = 600_000;

/// Where Honeycomb is, and the key to it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Honeycomb {
    pub key: Secret,
    /// Scheme and host; `/v1/traces` is added.
    pub endpoint: String,
    /// Only classic keys need one.
    pub dataset: String,
}

/// Any other receiver of OTLP/HTTP.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Otlp {
    /// Scheme, host and perhaps a path; `/v1/traces` is added.
    pub endpoint: String,
    /// Each header's value may be a key.
    pub headers: Vec<(String, Secret)>,
    /// How long an answer may take: 30 s.
    pub timeout: Duration,
}

/// An X-Ray daemon.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct XRay {
    /// Host and port of its UDP socket.
    pub daemon_address: String,
    /// Attributes that become annotations.
    pub annotations: Vec<String>,
}

/// Where Rollbar is, and the token for one project.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Rollbar {
    pub token: Secret,
    /// Scheme and host; `/api/1/item/` is added.
    pub endpoint: String,
    /// Of spans that do not say.
    pub environment: String,
}

impl Honeycomb {
    /// Honeycomb in the United States, which is where most keys belong.
    #[must_use]
    pub fn new(key: Secret) -> Self {
        Self {
            key,
            endpoint: "https://api.honeycomb.io".to_owned(),
            dataset: "traces".to_owned(),
        }
    }

    pub(super) fn read(
        lookup: &Lookup<impl Fn(&str) -> Option<String>>,
    ) -> Result<Option<Self>, ConfigError> {
        let Some(key) = lookup.secret("HONEYCOMB_API_KEY")? else {
            return Ok(None);
        };
        let default = Self::new(key);
        Ok(Some(Self {
            endpoint: lookup
                .text("honeycomb.endpoint")
                .unwrap_or(default.endpoint),
            dataset: lookup.text("honeycomb.dataset").unwrap_or(default.dataset),
            key: default.key,
        }))
    }
}

impl Otlp {
    #[must_use]
    pub fn new(endpoint: impl Into<String>) -> Self {
        Self {
            endpoint: endpoint.into(),
            headers: Vec::new(),
            timeout: Duration::from_secs(30),
        }
    }

    pub(super) fn read(
        lookup: &Lookup<impl Fn(&str) -> Option<String>>,
    ) -> Result<Option<Self>, ConfigError> {
        let Some(endpoint) = lookup.text("otlp.endpoint") else {
            return Ok(None);
        };
        let headers = lookup.secret("OTEL_EXPORTER_OTLP_HEADERS")?;
        let headers = headers.map_or_else(|| Ok(Vec::new()), |text| otlp_headers(&text));
        let default = Self::new(endpoint);
        let timeout = lookup.number("otlp.timeout_ms", 1..=LONGEST_TIMEOUT_MS)?;
        Ok(Some(Self {
            headers: headers?,
            timeout: timeout.map_or(default.timeout, Duration::from_millis),
            ..default
        }))
    }
}

/// W3C Baggage's form, as the OTLP exporter specification says: `name=value,name=value`.
fn otlp_headers(text: &Secret) -> Result<Vec<(String, Secret)>, ConfigError> {
    let pairs = text
        .expose()
        .split(',')
        .filter(|pair| !pair.trim().is_empty());
    pairs
        .map(|pair| header(pair).ok_or_else(wrong_header))
        .collect()
}

fn header(pair: &str) -> Option<(String, Secret)> {
    let (name, value) = pair.split_once('=')?;
    let name = name.trim().to_ascii_lowercase();
    let value = percent_decoded(value.trim())?;
    (!name.is_empty()).then(|| (name, Secret::new(value)))
}

/// A `%` that two hex digits do not follow stands for itself, as does `+`.
fn percent_decoded(text: &str) -> Option<String> {
    let (mut bytes, mut rest) = (Vec::with_capacity(text.len()), text.as_bytes());
    while let [first, others @ ..] = rest {
        match (first, escaped(others)) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &others[2..];
            }
            _ => {
                bytes.push(*first);
                rest = others;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

fn escaped(after_percent: &[u8]) -> Option<u8> {
    let digits = after_percent.get(..2)?;
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(digits[0])? << 4 | digit(digits[1])?).ok()
}

fn wrong_header() -> ConfigError {
    ConfigError::Secret {
        name: "OTEL_EXPORTER_OTLP_HEADERS".to_owned(),
        reason: "write name=value, with commas between headers".to_owned(),
    }
}

impl XRay {
    #[must_use]
    pub fn new(daemon_address: impl Into<String>) -> Self {
        Self {
            daemon_address: daemon_address.into(),
            annotations: ["error.type", "http.route", "session.id"]
                .map(str::to_owned)
                .to_vec(),
        }
    }

    pub(super) fn read(lookup: &Lookup<impl Fn(&str) -> Option<String>>) -> Option<Self> {
        let default = Self::new(lookup.text("xray.daemon_address")?);
        Some(Self {
            annotations: lookup
                .list("xray.annotations")
                .unwrap_or(default.annotations),
            ..default
        })
    }
}

impl Rollbar {
    #[must_use]
    pub fn new(token: Secret) -> Self {
        Self {
            token,
            endpoint: "https://api.rollbar.com".to_owned(),
            environment: "development".to_owned(),
        }
    }

    pub(super) fn read(
        lookup: &Lookup<impl Fn(&str) -> Option<String>>,
    ) -> Result<Option<Self>, ConfigError> {
        let Some(token) = lookup.secret("ROLLBAR_ACCESS_TOKEN")? else {
            return Ok(None);
        };
        let default = Self::new(token);
        Ok(Some(Self {
            endpoint: lookup.text("rollbar.endpoint").unwrap_or(default.endpoint),
            environment: lookup
                .text("rollbar.environment")
                .unwrap_or(default.environment),
            token: default.token,
        }))
    }
}
