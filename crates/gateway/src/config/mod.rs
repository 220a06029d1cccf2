//! Everything that can be configured, read once, at start: environment first, then one TOML file.
//!
//! [`settings`] lists every setting with its two names, unit, default and reason; help, the
//! documented file and the check for unknown keys all read that list. Keys of vendors come
//! from the environment only, or from files it points to: a configuration gets committed.

mod file;
mod limits;
mod lookup;
mod origin;
mod settings;
mod sinks;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use self::lookup::Lookup;
pub use self::{
    limits::{Limits, Retention},
    origin::{OriginError, PageOrigin},
    sinks::{Honeycomb, Otlp, Rollbar, XRay},
};
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
    pub cors_origins: Vec<PageOrigin>,
    pub limits: Limits,
    pub retention: Retention,
    pub honeycomb: Option<Honeycomb>,
    pub otlp: Option<Otlp>,
    pub xray: Option<XRay>,
    pub rollbar: Option<Rollbar>,
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
            otlp: None,
            xray: None,
            rollbar: None,
        }
    }
}

/// A setting that cannot be used, and what to write instead.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    #[error("{name}={value:?} cannot be used: write {expected}")]
    Value {
        name: String,
        value: String,
        expected: String,
    },
    #[error("{path}: {reason}")]
    File { path: String, reason: String },
    /// The value is not shown: it may be half a key.
    #[error("{name} cannot be used: {reason}")]
    Secret { name: String, reason: String },
}

impl Config {
    /// Reads the process's environment. An empty variable counts as absent.
    ///
    /// # Errors
    /// When a variable has a value of the wrong form.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::read(&Lookup::new(process_variable))
    }

    /// Reads a TOML file and the process's environment, which wins.
    ///
    /// # Errors
    /// When the file cannot be read, has unknown keys or vendor keys, or a value has the
    /// wrong form.
    pub fn from_env_and_file(path: &Path) -> Result<Self, ConfigError> {
        let settings = file::read(path)?;
        Self::read(&Lookup::with_file(process_variable, settings))
    }

    /// The documented TOML file: every setting with its default, commented out.
    #[must_use]
    pub fn documented_file() -> String {
        settings::as_toml()
    }

    /// Every setting as lines for a person at a terminal.
    #[must_use]
    pub fn help() -> String {
        settings::as_help()
    }

    fn read(lookup: &Lookup<impl Fn(&str) -> Option<String>>) -> Result<Self, ConfigError> {
        let default = Self::default();
        Ok(Self {
            listen: lookup.text("listen").unwrap_or(default.listen),
            viewer_listen: lookup.text("viewer_listen"),
            viewer_token: lookup.secret("OTEL_WEB_GATEWAY_VIEWER_TOKEN")?,
            xray_listen: lookup.text("xray_listen"),
            db: lookup.text("store.file").map_or(default.db, PathBuf::from),
            viewer_dir: lookup.text("viewer_dir").map(PathBuf::from),
            public_url: lookup.text("public_url"),
            cors_origins: origins(lookup)?,
            limits: Limits::read(lookup)?,
            retention: Retention::read(lookup)?,
            honeycomb: Honeycomb::read(lookup)?,
            otlp: Otlp::read(lookup)?,
            xray: XRay::read(lookup),
            rollbar: Rollbar::read(lookup)?,
        })
    }
}

fn origins(
    lookup: &Lookup<impl Fn(&str) -> Option<String>>,
) -> Result<Vec<PageOrigin>, ConfigError> {
    const KEY: &str = "cors_origins";
    let parse = |text: String| {
        let refused = |error: OriginError| lookup.refused(KEY, &text, error);
        text.parse().map_err(refused)
    };
    let listed = lookup.list(KEY).unwrap_or_default();
    listed.into_iter().map(parse).collect()
}

fn process_variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
