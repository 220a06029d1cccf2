//! The three ports of the stack, from the environment. They are checked before anything starts.

use std::env;
use std::net::{Ipv4Addr, TcpListener};

use anyhow::{Context as _, Result, bail};

/// The ports of the page, the back end and the gateway, all on the loopback address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ports {
    pub(crate) page: u16,
    pub(crate) api: u16,
    pub(crate) gateway: u16,
}

impl Default for Ports {
    fn default() -> Self {
        Self {
            page: 8080,
            api: 4567,
            gateway: 4318,
        }
    }
}

impl Ports {
    /// Returns the default ports, overridden by their environment variables.
    pub(crate) fn from_env() -> Result<Self> {
        Self::from_variables(|name| env::var(name).ok())
    }

    fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let mut ports = Self::default();
        for (_, name, port) in ports.named_mut() {
            if let Some(value) = variable(name).filter(|value| !value.is_empty()) {
                *port = parse(&value)
                    .with_context(|| format!("{name}={value} is not a port (1 to 65535)"))?;
            }
        }
        ports.ensure_distinct()?;
        Ok(ports)
    }

    /// [`Self::ensure_free`] checks each port on its own, so it does not notice duplicates.
    fn ensure_distinct(mut self) -> Result<()> {
        let ports = self
            .named_mut()
            .map(|(program, name, port)| (program, name, *port));
        for (index, (program, name, port)) in ports.iter().enumerate() {
            let duplicate = ports[..index].iter().find(|(_, _, other)| other == port);
            if let Some((other, other_name, _)) = duplicate {
                bail!(
                    "port {port} is configured for the {other} and for the {program}: choose another one with \
                     {other_name}=<port> or {name}=<port>"
                );
            }
        }
        Ok(())
    }

    /// Fails if another program listens on one of the ports.
    pub(crate) fn ensure_free(mut self) -> Result<()> {
        for (program, name, port) in self.named_mut() {
            if let Err(error) = TcpListener::bind((Ipv4Addr::LOCALHOST, *port)) {
                bail!(
                    "port {port} for the {program} is not available ({error}): stop the program that listens there, \
                     or choose another port with {name}=<port>"
                );
            }
        }
        Ok(())
    }

    fn named_mut(&mut self) -> [(&'static str, &'static str, &mut u16); 3] {
        [
            ("page", "CRUDDUR_PAGE_PORT", &mut self.page),
            ("back end", "CRUDDUR_API_PORT", &mut self.api),
            ("gateway", "CRUDDUR_GATEWAY_PORT", &mut self.gateway),
        ]
    }
}

fn parse(value: &str) -> Option<u16> {
    value.parse().ok().filter(|port| *port != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variable_overrides_its_own_port_only() {
        let ports =
            Ports::from_variables(|name| (name == "CRUDDUR_API_PORT").then(|| "9000".to_owned()));
        assert_eq!(
            ports.unwrap(),
            Ports {
                api: 9000,
                ..Ports::default()
            }
        );
    }

    #[test]
    fn invalid_port_is_an_error_with_its_variable() {
        let error =
            Ports::from_variables(|name| (name == "CRUDDUR_PAGE_PORT").then(|| "0".to_owned()));
        assert!(
            error
                .unwrap_err()
                .to_string()
                .contains("CRUDDUR_PAGE_PORT=0")
        );
    }

    #[test]
    fn duplicate_ports_are_an_error() {
        for (name, value, other) in [
            ("CRUDDUR_API_PORT", "8080", "CRUDDUR_PAGE_PORT"),
            ("CRUDDUR_GATEWAY_PORT", "4567", "CRUDDUR_API_PORT"),
            ("CRUDDUR_PAGE_PORT", "4318", "CRUDDUR_GATEWAY_PORT"),
        ] {
            let ports =
                Ports::from_variables(|variable| (variable == name).then(|| value.to_owned()));
            let error = ports.unwrap_err().to_string();
            for part in [name, value, other] {
                assert!(error.contains(part), "{error}");
            }
        }
    }

    #[test]
    fn empty_variable_counts_as_unset() {
        let ports = Ports::from_variables(|_| Some(String::new()));
        assert_eq!(ports.unwrap(), Ports::default());
    }

    #[test]
    fn used_port_is_an_error_with_its_variable() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let page = listener.local_addr().unwrap().port();
        // The page's port is checked first, so the others need not be free.
        let ports = Ports {
            page,
            ..Ports::default()
        };
        let error = ports.ensure_free().unwrap_err().to_string();
        assert!(
            error.contains(&format!("port {page} for the page is not available")),
            "{error}"
        );
        assert!(error.contains("CRUDDUR_PAGE_PORT=<port>"), "{error}");
    }
}
