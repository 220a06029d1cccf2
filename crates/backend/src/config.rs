//! What the environment says. The exporter reads its own `OTEL_*` variables.

use std::{env, net::SocketAddr};

use anyhow::Context;

use crate::security::SecuritySettings;

const DEFAULT_LISTEN: &str = "127.0.0.1:4567";
const DEFAULT_DATABASE: &str = "sqlite:cruddur.db";

/// The configuration of one server.
#[derive(Clone, Debug)]
pub struct Config {
    /// `CRUDDUR_API_LISTEN`; port 0 takes a free one.
    pub listen: SocketAddr,
    /// `DATABASE_URL`: `sqlite:` and a path. The file is created when absent.
    pub database_url: String,
    /// `CRUDDUR_DEMO_DATA`: `off` leaves a new database empty.
    pub demo_data: bool,
    /// Whom the server believes.
    pub security: SecuritySettings,
}

impl Config {
    /// Reads the environment.
    pub fn from_env() -> anyhow::Result<Self> {
        Self::read(|name| env::var(name).ok().filter(|value| !value.is_empty()))
    }

    fn read(variable: impl Fn(&str) -> Option<String>) -> anyhow::Result<Self> {
        let listen = variable("CRUDDUR_API_LISTEN").unwrap_or_else(|| DEFAULT_LISTEN.to_owned());
        let listen = listen.parse().with_context(|| {
            format!("CRUDDUR_API_LISTEN is `{listen}`: write an address and a port, such as {DEFAULT_LISTEN}")
        })?;
        let database_url = variable("DATABASE_URL").unwrap_or_else(|| DEFAULT_DATABASE.to_owned());
        let demo_data = variable("CRUDDUR_DEMO_DATA").as_deref() != Some("off");
        Ok(Self {
            listen,
            database_url,
            demo_data,
            security: SecuritySettings::read(variable)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_environment_means_loopback_and_a_file_nearby() {
        let config = Config::read(|_| None).unwrap();
        assert_eq!(config.listen.to_string(), DEFAULT_LISTEN);
        assert_eq!(config.database_url, DEFAULT_DATABASE);
        assert!(config.demo_data);
    }

    #[test]
    fn variables_override() {
        let config = Config::read(|name| match name {
            "CRUDDUR_API_LISTEN" => Some("[::1]:0".to_owned()),
            "CRUDDUR_DEMO_DATA" => Some("off".to_owned()),
            _ => None,
        })
        .unwrap();
        assert_eq!(config.listen.to_string(), "[::1]:0");
        assert!(!config.demo_data);
    }

    #[test]
    fn an_unreadable_address_says_what_to_write() {
        let error = Config::read(|_| Some("4567".to_owned()))
            .unwrap_err()
            .to_string();
        assert!(error.contains("CRUDDUR_API_LISTEN is `4567`"), "{error}");
    }
}
