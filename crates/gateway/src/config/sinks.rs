//! The sinks. A sink is on if its key or its address is configured.

use std::time::Duration;

use super::{ConfigError, SecretError, settings::Settings};
use crate::secret::Secret;

/// The Honeycomb sink.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Honeycomb {
    /// The API key.
    pub key: Secret,
    /// Scheme and host. `/v1/traces` is appended.
    pub endpoint: String,
    /// The dataset, for classic keys only.
    pub dataset: String,
}

/// The OTLP sink: any receiver of OTLP/HTTP.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Otlp {
    /// Scheme, host and an optional path. `/v1/traces` is appended.
    pub endpoint: String,
    /// Header names and their secret values.
    pub headers: Vec<(String, Secret)>,
    /// The time for a response. 30 s by default.
    pub timeout: Duration,
}

/// The X-Ray sink.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct XRay {
    /// Host and port of the daemon's UDP socket.
    pub daemon_address: String,
    /// Attributes that become annotations.
    pub annotations: Vec<String>,
}

/// The Rollbar sink.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Rollbar {
    /// The access token of a project.
    pub token: Secret,
    /// Scheme and host. `/api/1/item/` is appended.
    pub endpoint: String,
    /// The environment of spans without one.
    pub environment: String,
}

impl Honeycomb {
    /// Creates a sink for Honeycomb's region in the United States.
    #[must_use]
    pub fn new(key: Secret) -> Self {
        Self::from_settings(&Settings::default(), key)
    }

    pub(super) fn from_settings(settings: &Settings, key: Secret) -> Self {
        Self {
            key,
            endpoint: settings.honeycomb_endpoint.clone(),
            dataset: settings.honeycomb_dataset.clone(),
        }
    }
}

impl Otlp {
    /// Creates a sink without headers.
    #[must_use]
    pub fn new(endpoint: impl Into<String>) -> Self {
        Self {
            endpoint: endpoint.into(),
            headers: Vec::new(),
            timeout: Duration::from_millis(Settings::default().otlp_timeout_ms),
        }
    }

    pub(super) fn from_settings(
        settings: &Settings,
        headers: impl FnOnce() -> Result<Option<Secret>, ConfigError>,
    ) -> Result<Option<Self>, ConfigError> {
        let Some(endpoint) = settings.otlp_endpoint.clone() else {
            return Ok(None);
        };
        let headers = headers()?.map_or_else(|| Ok(Vec::new()), |text| otlp_headers(&text))?;
        let timeout = Duration::from_millis(settings.otlp_timeout_ms);
        Ok(Some(Self {
            endpoint,
            headers,
            timeout,
        }))
    }
}

/// Parses `name=value,name=value`, the form of W3C Baggage that OTLP exporters use.
fn otlp_headers(text: &Secret) -> Result<Vec<(String, Secret)>, ConfigError> {
    let pairs = text
        .expose()
        .split(',')
        .filter(|pair| !pair.trim().is_empty());
    pairs
        .map(|pair| header(pair).ok_or_else(malformed_headers))
        .collect()
}

fn header(pair: &str) -> Option<(String, Secret)> {
    let (name, value) = pair.split_once('=')?;
    let name = name.trim().to_ascii_lowercase();
    let value = percent_decoded(value.trim())?;
    (!name.is_empty()).then(|| (name, Secret::new(value)))
}

/// Decodes percent-encoding. A `%` without two hex digits stays, and so does `+`.
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

fn malformed_headers() -> ConfigError {
    ConfigError::Secret {
        name: super::settings::OTLP_HEADERS.to_owned(),
        source: SecretError::Headers,
    }
}

impl XRay {
    /// Creates a sink with the default annotations.
    #[must_use]
    pub fn new(daemon_address: impl Into<String>) -> Self {
        Self {
            daemon_address: daemon_address.into(),
            annotations: Settings::default().xray_annotations,
        }
    }

    pub(super) fn from_settings(settings: &Settings) -> Option<Self> {
        Some(Self {
            daemon_address: settings.xray_daemon_address.clone()?,
            annotations: settings.xray_annotations.clone(),
        })
    }
}

impl Rollbar {
    /// Creates a sink with Rollbar's default endpoint and the environment `development`.
    #[must_use]
    pub fn new(token: Secret) -> Self {
        Self::from_settings(&Settings::default(), token)
    }

    pub(super) fn from_settings(settings: &Settings, token: Secret) -> Self {
        Self {
            token,
            endpoint: settings.rollbar_endpoint.clone(),
            environment: settings.rollbar_environment.clone(),
        }
    }
}
