//! The configuration, read once at startup: flags, then the environment, then one TOML file, then
//! defaults.
//!
//! [`settings`] defines each setting once. Secrets are read from the environment only, or from files
//! that it names.

mod default_store;
mod documented_file;
mod file;
mod limits;
mod origin;
mod secrets;
mod settings;
mod sinks;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, fs::DirBuilder, io, path::PathBuf};

use clap::{ArgMatches, Args, Command, FromArgMatches};
use cli_settings::EnvOnly;

use self::settings::{
    HONEYCOMB_API_KEY, OTLP_HEADERS, ROLLBAR_ACCESS_TOKEN, SECRETS, Settings, VIEWER_TOKEN,
};
pub use self::{
    file::FileError,
    limits::{Limits, Retention},
    origin::{OriginError, PageOrigin},
    sinks::{Honeycomb, Otlp, Rollbar, XRay},
};
use crate::secret::Secret;

/// How a gateway runs. [`Config::default`] is a gateway for one machine, without sinks.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// The address to listen on, `host:port`. Port 0 selects a free port.
    pub listen: String,
    /// A separate address for the viewer and its API. `listen` then accepts exports only.
    pub viewer_listen: Option<String>,
    /// The access token for the viewer and its API. Generated at startup if it is absent and other
    /// machines can reach the viewer.
    pub viewer_token: Option<Secret>,
    /// The UDP address for programs with an X-Ray SDK, which send to 127.0.0.1:2000.
    pub xray_listen: Option<String>,
    /// The database file, created if absent. By default in the user's folder for the state of
    /// programs.
    pub db: PathBuf,
    /// The default of `db`.
    default_db: PathBuf,
    /// The folder with the built viewer.
    pub viewer_dir: Option<PathBuf>,
    /// The folder with symbol files, which name the functions of optimized pages.
    pub symbols_dir: Option<PathBuf>,
    /// The URL by which browsers reach the gateway. Its own address if absent.
    pub public_url: Option<String>,
    /// Origins of other pages that may send spans.
    pub cors_origins: Vec<PageOrigin>,
    /// Limits of requests and connections.
    pub limits: Limits,
    /// Limits of the store.
    pub retention: Retention,
    /// The Honeycomb sink, if it is on.
    pub honeycomb: Option<Honeycomb>,
    /// The OTLP sink, if it is on.
    pub otlp: Option<Otlp>,
    /// The X-Ray sink, if it is on.
    pub xray: Option<XRay>,
    /// The Rollbar sink, if it is on.
    pub rollbar: Option<Rollbar>,
    /// Levels and format of the log.
    pub log: logging::Config,
}

impl Default for Config {
    fn default() -> Self {
        Self::new(Settings::default(), &|_| None).expect("the defaults are valid")
    }
}

/// A setting that cannot be used. The error text says what to write instead.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The configuration file cannot be used.
    #[error("cannot use {path}")]
    File {
        /// The path of the file.
        path: String,
        /// Why it cannot be used.
        source: FileError,
    },
    /// A secret cannot be used.
    #[error("cannot use {name}")]
    Secret {
        /// The variable.
        name: String,
        /// Why it cannot be used.
        source: SecretError,
    },
    /// One body may be larger than all bodies together.
    #[error(
        "limits.body_mb is {body_mib}, above limits.memory_mb, which is {memory_mib}: lower OTEL_WEB_GATEWAY_MAX_BODY_MB or raise OTEL_WEB_GATEWAY_MAX_MEMORY_MB"
    )]
    BodyAboveMemory {
        /// The limit of one body, in MiB.
        body_mib: usize,
        /// The limit of all bodies, in MiB.
        memory_mib: usize,
    },
}

/// Why a secret cannot be used. Error texts do not have its value.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// The file of the secret cannot be read.
    #[error("cannot read {path}")]
    File {
        /// The path, unless it may be the secret itself.
        path: String,
        /// Why it cannot be read.
        source: io::Error,
    },
    /// The file of the secret is empty.
    #[error("{path} is empty")]
    Empty {
        /// The path, unless it may be the secret itself.
        path: String,
    },
    /// The value is not a list of headers.
    #[error("write name=value, comma-separated")]
    Headers,
}

impl Config {
    /// Adds an argument for each setting to a command.
    pub(crate) fn augment_command(command: Command) -> Command {
        Settings::augment_args(command)
    }

    /// Returns the variables of secrets, which are no arguments.
    pub(crate) const fn secrets() -> &'static [EnvOnly] {
        &SECRETS
    }

    /// Reads the settings of a file as texts by the id of their argument.
    pub(crate) fn read_file(
        path: &std::path::Path,
        command: &Command,
    ) -> Result<BTreeMap<String, String>, ConfigError> {
        file::read(path, command)
    }

    /// Makes a configuration from the arguments that
    /// [`augment_command`](Self::augment_command) added, and secrets from `env`.
    ///
    /// # Panics
    /// If the arguments are missing.
    pub(crate) fn from_matches(
        matches: &ArgMatches,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        let settings = Settings::from_arg_matches(matches).expect("the arguments of Settings");
        Self::new(settings, env)
    }

    /// Returns the documented TOML file: each setting with its default, commented out.
    pub(crate) fn documented_file(command: &Command) -> String {
        documented_file::render(command)
    }

    /// Creates the folder of the default database, readable for its owner only. The folder of
    /// another one must exist, because a missing one is more likely a typing error.
    pub(crate) fn create_default_folder(&self) -> io::Result<()> {
        let Some(folder) = self.db.parent().filter(|_| self.db == self.default_db) else {
            return Ok(());
        };
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)
    }

    fn new(settings: Settings, env: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let secret = |variable| secrets::read(variable, env);
        let honeycomb = secret(HONEYCOMB_API_KEY)?;
        let honeycomb = honeycomb.map(|key| Honeycomb::from_settings(&settings, key));
        let rollbar = secret(ROLLBAR_ACCESS_TOKEN)?;
        let rollbar = rollbar.map(|token| Rollbar::from_settings(&settings, token));
        let default_db = default_store::file(env);
        Ok(Self {
            viewer_token: secret(VIEWER_TOKEN)?,
            limits: Limits::new(&settings)?,
            retention: Retention::new(&settings),
            honeycomb,
            otlp: Otlp::from_settings(&settings, || secret(OTLP_HEADERS))?,
            xray: XRay::from_settings(&settings),
            rollbar,
            log: logging::Config {
                levels: settings.log_filter,
                format: settings.log_format,
                ..logging::Config::default()
            },
            listen: settings.listen,
            viewer_listen: settings.viewer_listen,
            xray_listen: settings.xray_listen,
            db: settings.store_file.unwrap_or_else(|| default_db.clone()),
            default_db,
            viewer_dir: settings.viewer_dir,
            symbols_dir: settings.symbols_dir,
            public_url: settings.public_url,
            cors_origins: settings.cors_origins,
        })
    }
}
