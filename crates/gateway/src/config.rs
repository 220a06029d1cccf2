//! Everything that can be configured, read from the environment once, at start.

mod limits;

use std::{path::PathBuf, str::FromStr, time::Duration};

pub use self::limits::Limits;
use crate::secret::Secret;

/// How a gateway runs. [`Config::default`] is a gateway for one laptop, forwarding nowhere.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// Host and port to listen on; port 0 lets the system choose.
    pub listen: String,
    /// Another host and port for the viewer and its API; `listen` then takes spans only.
    pub viewer_listen: Option<String>,
    /// What the viewer and its API ask of those who come. Made up at start when absent and
    /// the viewer can be reached from other machines.
    pub viewer_token: Option<Secret>,
    /// UDP address for segments of programs with an X-Ray SDK: 127.0.0.1:2000 is what they use.
    pub xray_listen: Option<String>,
    /// The store's file, created when absent.
    pub db: PathBuf,
    /// The folder with the built viewer.
    pub viewer_dir: Option<PathBuf>,
    /// Where a browser reaches the gateway; its own address when absent.
    pub public_url: Option<String>,
    /// Origins of pages that may post spans across origins.
    pub cors_origins: Vec<String>,
    pub limits: Limits,
    pub retention: Retention,
    pub honeycomb: Option<Honeycomb>,
}

/// How much the store keeps; the traces that were quiet for longest go first.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Retention {
    /// Since a trace's last span arrived: 7 days.
    pub age: Duration,
    /// The database's pages in use: 1 GiB.
    pub bytes: u64,
}

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

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:4318".to_owned(),
            viewer_listen: None,
            viewer_token: None,
            xray_listen: None,
            db: "traces.db".into(),
            viewer_dir: None,
            public_url: None,
            cors_origins: Vec::new(),
            limits: Limits::default(),
            retention: Retention::default(),
            honeycomb: None,
        }
    }
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            age: Duration::from_secs(7 * 24 * 60 * 60),
            bytes: 1 << 30,
        }
    }
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
}

/// A variable that cannot be used, and what to write instead.
#[derive(Debug, thiserror::Error)]
#[error("{name}={value:?} cannot be used: write {expected}")]
pub struct ConfigError {
    name: &'static str,
    value: String,
    expected: &'static str,
}

impl Config {
    /// Reads the process's environment. An empty variable counts as absent.
    ///
    /// # Errors
    /// When a variable has a value of the wrong form.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::from_lookup(|name| std::env::var(name).ok())
    }

    fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let text = |name: &str| lookup(name).filter(|value| !value.trim().is_empty());
        let default = Self::default();
        Ok(Self {
            listen: text("OTEL_WEB_GATEWAY_LISTEN").unwrap_or(default.listen),
            viewer_listen: text("OTEL_WEB_GATEWAY_VIEWER_LISTEN"),
            viewer_token: text("OTEL_WEB_GATEWAY_VIEWER_TOKEN")
                .map(|token| Secret::new(token.trim())),
            xray_listen: text("OTEL_WEB_GATEWAY_XRAY_LISTEN"),
            db: text("OTEL_WEB_GATEWAY_DB").map_or(default.db, PathBuf::from),
            viewer_dir: text("OTEL_WEB_GATEWAY_VIEWER_DIR").map(PathBuf::from),
            public_url: text("OTEL_WEB_GATEWAY_PUBLIC_URL"),
            cors_origins: list(text("OTEL_WEB_GATEWAY_CORS_ORIGINS")),
            limits: Limits::read(&text)?,
            retention: retention(&text)?,
            honeycomb: text("HONEYCOMB_API_KEY").map(|key| honeycomb(key, &text)),
        })
    }
}

fn retention(text: &impl Fn(&str) -> Option<String>) -> Result<Retention, ConfigError> {
    let default = Retention::default();
    let hours = number::<u32>(text, "OTEL_WEB_GATEWAY_KEEP_HOURS")?;
    let megabytes = number::<u32>(text, "OTEL_WEB_GATEWAY_KEEP_MB")?;
    Ok(Retention {
        age: hours.map_or(default.age, |hours| {
            Duration::from_secs(u64::from(hours) * 3600)
        }),
        bytes: megabytes.map_or(default.bytes, |megabytes| u64::from(megabytes) << 20),
    })
}

fn honeycomb(key: String, text: &impl Fn(&str) -> Option<String>) -> Honeycomb {
    let default = Honeycomb::new(Secret::new(key.trim()));
    Honeycomb {
        endpoint: text("HONEYCOMB_API_ENDPOINT").unwrap_or(default.endpoint),
        dataset: text("HONEYCOMB_DATASET").unwrap_or(default.dataset),
        key: default.key,
    }
}

fn number<T: FromStr>(
    text: &impl Fn(&str) -> Option<String>,
    name: &'static str,
) -> Result<Option<T>, ConfigError> {
    let expected = "a whole number";
    let parse = |value: String| {
        value.trim().parse().map_err(|_| ConfigError {
            name,
            value,
            expected,
        })
    };
    text(name).map(parse).transpose()
}

fn list(text: Option<String>) -> Vec<String> {
    let text = text.unwrap_or_default();
    let items = text.split(',').map(str::trim);
    items
        .filter(|item| !item.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::from_lookup(|name| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn an_empty_environment_listens_on_loopback_and_forwards_nowhere() {
        let config = config(&[("HONEYCOMB_API_KEY", "")]).unwrap();
        assert_eq!(config.listen, "127.0.0.1:4318");
        assert!(config.honeycomb.is_none());
    }

    #[test]
    fn a_key_turns_honeycomb_on_and_is_not_in_the_debug_text() {
        let config = config(&[("HONEYCOMB_API_KEY", "hcaik_123")]).unwrap();
        assert!(!format!("{config:?}").contains("hcaik_123"));
        let honeycomb = config.honeycomb.unwrap();
        assert_eq!(honeycomb.endpoint, "https://api.honeycomb.io");
        assert_eq!(honeycomb.key.expose(), "hcaik_123");
    }

    #[test]
    fn a_wrong_number_is_refused_with_its_name_and_the_form_to_write() {
        let error = config(&[("OTEL_WEB_GATEWAY_KEEP_MB", "1GB")]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "OTEL_WEB_GATEWAY_KEEP_MB=\"1GB\" cannot be used: write a whole number"
        );
    }
}
