//! Settings: flags, environment variables, and defaults.

use std::{ffi::OsString, net::SocketAddr};

use clap::{
    ArgAction, Command, CommandFactory, FromArgMatches, Parser,
    builder::{PossibleValuesParser, TypedValueParser},
    error::ErrorKind,
};
use cli_settings::{EnvOnly, Sources};

use crate::{
    mail::{MAIL_VARIABLES, MailSettings},
    oidc::OidcSettings,
    page::PageSettings,
    security::SecuritySettings,
    store::DatabaseUrl,
    switch::on_off,
    telemetry::{OTEL_VARIABLES, TelemetrySettings},
};

/// The configuration of one server.
#[derive(Clone, Debug, Parser)]
#[command(name = "cruddur-backend", version)]
pub struct Config {
    /// Address and port to listen on; port 0 picks a free port
    #[arg(
        long,
        env = "CRUDDUR_API_LISTEN",
        value_name = "ADDRESS:PORT",
        default_value = "127.0.0.1:4567"
    )]
    pub listen: SocketAddr,
    /// Database: sqlite: and the path of a file, which is created if missing, or
    /// postgres://user:password@host:port/database
    #[arg(
        long,
        env = "DATABASE_URL",
        value_name = "URL",
        default_value = "sqlite:cruddur.db"
    )]
    pub database_url: String,
    /// Demo accounts and cruds in a new SQLite file. Their passwords are public, so PostgreSQL gets none
    #[arg(
        long,
        env = "CRUDDUR_DEMO_DATA",
        value_name = "SWITCH",
        action = ArgAction::Set,
        value_parser = on_off(),
        default_value = "on"
    )]
    pub demo_data: bool,
    /// Settings of the page.
    #[command(flatten)]
    pub page: PageSettings,
    /// Settings of trust.
    #[command(flatten)]
    pub security: SecuritySettings,
    /// Settings of bearer tokens.
    #[command(flatten)]
    pub oidc: OidcSettings,
    /// Settings of outgoing mail.
    #[command(flatten)]
    pub mail: MailSettings,
    /// Settings of the span exporter.
    #[command(flatten)]
    pub telemetry: TelemetrySettings,
    /// Log levels: a level, or target=level, comma-separated
    #[arg(
        long,
        env = "RUST_LOG",
        value_name = "LEVELS",
        default_value = logging::DEFAULT_LEVELS
    )]
    pub log_filter: String,
    /// Log format
    #[arg(
        long,
        env = "CRUDDUR_LOG_FORMAT",
        value_name = "FORMAT",
        value_parser = log_format(),
        default_value = "text"
    )]
    pub log_format: logging::Format,
}

fn log_format() -> impl TypedValueParser<Value = logging::Format> {
    PossibleValuesParser::new(logging::Format::NAMES).try_map(|name| name.parse())
}

impl Config {
    /// Reads the configuration from arguments, which begin with the name of the program, and from
    /// environment variables.
    ///
    /// # Errors
    /// Returns `clap`'s error for an invalid argument or value, and for `--help`.
    pub fn read<T: Into<OsString>>(
        args: impl IntoIterator<Item = T>,
        env: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, clap::Error> {
        let matches = cli_settings::read(Self::settings(), args, &Sources::from_env(&env))?;
        let mut config = Self::from_arg_matches(&matches)?;
        config.mail = config
            .mail
            .with_env(&env)
            .map_err(|error| Self::usage_error(&error))?;
        // Not a value parser: `clap` would repeat the value, which may contain a password.
        DatabaseUrl::parse(&config.database_url).map_err(|error| Self::usage_error(&error))?;
        let issuer = config.oidc.issuer();
        issuer.map_err(|error| Self::usage_error(&error))?;
        Ok(config)
    }

    /// Returns the command with all settings.
    #[must_use]
    pub fn settings() -> Command {
        // Set here, because flattened structs override it with their documentation.
        Self::command()
            .about("Cruddur's HTTP API")
            .after_help(cli_settings::env_only_help(Self::env_only()))
    }

    /// Returns the environment variables without a flag.
    #[must_use]
    pub fn env_only() -> &'static [EnvOnly] {
        &ENV_ONLY
    }

    /// Creates a usage error, for which the program exits with 2.
    #[must_use]
    pub fn usage_error(error: &dyn std::error::Error) -> clap::Error {
        Self::settings().error(ErrorKind::ValueValidation, logging::error_chain(error))
    }
}

const ENV_ONLY: [EnvOnly; MAIL_VARIABLES.len() + OTEL_VARIABLES.len()] = {
    let mut all = [MAIL_VARIABLES[0]; MAIL_VARIABLES.len() + OTEL_VARIABLES.len()];
    let mut index = 0;
    while index < OTEL_VARIABLES.len() {
        all[MAIL_VARIABLES.len() + index] = OTEL_VARIABLES[index];
        index += 1;
    }
    all
};

#[cfg(test)]
mod tests {
    use super::*;

    fn read(args: &[&str], env: &[(&str, &str)]) -> Result<Config, String> {
        let args = ["cruddur-backend"].iter().chain(args);
        let env = |name: &str| {
            let value = env.iter().find(|(it, _)| *it == name);
            value.map(|(_, value)| (*value).to_owned())
        };
        Config::read(args, env).map_err(|error| error.to_string())
    }

    #[test]
    fn defaults_are_loopback_a_local_file_and_no_trust() {
        let config = read(&[], &[]).unwrap();
        assert_eq!(config.listen.to_string(), "127.0.0.1:4567");
        assert_eq!(config.database_url, "sqlite:cruddur.db");
        assert!(config.demo_data && !config.security.secure_cookies);
        assert_eq!(config.security.trusted_proxies, "".parse().unwrap());
        assert_eq!(config.security.allowed_origins, "".parse().unwrap());
    }

    #[test]
    fn flags_override_variables() {
        let env = [
            ("CRUDDUR_API_LISTEN", "[::1]:0"),
            ("CRUDDUR_DEMO_DATA", "off"),
        ];
        let config = read(&[], &env).unwrap();
        assert_eq!(config.listen.to_string(), "[::1]:0");
        assert!(!config.demo_data);
        let args = ["--listen", "127.0.0.1:1", "--demo-data=on"];
        let config = read(&args, &env).unwrap();
        assert_eq!(config.listen.to_string(), "127.0.0.1:1");
        assert!(config.demo_data);
    }

    #[test]
    fn invalid_value_is_an_error_with_its_variable() {
        for (name, value, expected) in [
            ("CRUDDUR_API_LISTEN", "4567", "<ADDRESS:PORT>"),
            ("CRUDDUR_DEMO_DATA", "no", "possible values: on, off"),
            ("CRUDDUR_TRUSTED_PROXIES", "a", "10.0.0.0/8"),
            ("CRUDDUR_TRUSTED_CALLERS", "10.0.0.0/40", "10.0.0.0/8"),
            ("CRUDDUR_ALLOWED_ORIGINS", "*", "https://cruddur.example"),
            ("CRUDDUR_SECURE_COOKIES", "yes", "possible values: on, off"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4318", "http"),
            ("CRUDDUR_LOG_FORMAT", "xml", "possible values: text, json"),
        ] {
            let error = read(&[], &[(name, value)]).unwrap_err();
            assert!(error.contains(name) && error.contains(expected), "{error}");
        }
    }

    #[test]
    fn mail_goes_to_a_folder_unless_a_server_is_set() {
        let config = read(&[], &[]).unwrap();
        assert_eq!(config.mail.mail_outbox.to_str(), Some("cruddur-outbox"));
        assert!(config.mail.smtp.is_none());
        let server = ("CRUDDUR_SMTP_URL", "smtps://me:secret@mail.example");
        let config = read(&[], &[server]).unwrap();
        assert!(config.mail.smtp.is_some());
        assert!(!format!("{config:?}").contains("secret"));
        let invalid = ("CRUDDUR_SMTP_URL", "mail.example:secret");
        let error = read(&[], &[invalid]).unwrap_err();
        assert!(
            error.contains("CRUDDUR_SMTP_URL") && !error.contains("secret"),
            "{error}"
        );
    }

    #[test]
    fn database_password_is_not_in_the_error() {
        let error = read(&[], &[("DATABASE_URL", "postgres://a:secret@b")]).unwrap_err();
        assert!(
            error.contains("DATABASE_URL") && !error.contains("secret"),
            "{error}"
        );
    }
}
