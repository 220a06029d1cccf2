//! The three ports of the stack: from the environment, checked before anything starts.

use std::env;
use std::net::{Ipv4Addr, TcpListener};

use anyhow::{Context as _, Result, bail};

/// Where the page, the back end and the gateway listen, all on the loopback address.
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
    /// The default ports, each replaced by its environment variable where that is set.
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

    /// Each on its own is free; together the second would find the first.
    fn ensure_distinct(mut self) -> Result<()> {
        let ports = self.named_mut().map(|(who, name, port)| (who, name, *port));
        for (index, (who, name, port)) in ports.iter().enumerate() {
            let taken = ports[..index].iter().find(|(_, _, other)| other == port);
            if let Some((other, other_name, _)) = taken {
                bail!(
                    "port {port} is meant for the {other} and for the {who}: choose another one with \
                     {other_name}=<port> or {name}=<port>"
                );
            }
        }
        Ok(())
    }

    /// Refuses to go on while another program listens on one of the ports.
    pub(crate) fn ensure_free(mut self) -> Result<()> {
        for (who, name, port) in self.named_mut() {
            if let Err(error) = TcpListener::bind((Ipv4Addr::LOCALHOST, *port)) {
                bail!(
                    "port {port} for the {who} cannot be used ({error}): end the program that listens there, \
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
    fn a_variable_replaces_its_own_port_only() {
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
    fn a_value_that_is_no_port_is_named_with_its_variable() {
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
    fn one_port_for_two_programs_is_refused() {
        for (name, value, other) in [
            ("CRUDDUR_API_PORT", "8080", "CRUDDUR_PAGE_PORT"),
            ("CRUDDUR_GATEWAY_PORT", "4567", "CRUDDUR_API_PORT"),
            ("CRUDDUR_PAGE_PORT", "4318", "CRUDDUR_GATEWAY_PORT"),
        ] {
            let ports = Ports::from_variables(|asked| (asked == name).then(|| value.to_owned()));
            let error = ports.unwrap_err().to_string();
            for part in [name, value, other] {
                assert!(error.contains(part), "{error}");
            }
        }
    }

    #[test]
    fn an_empty_variable_moves_no_port() {
        let ports = Ports::from_variables(|_| Some(String::new()));
        assert_eq!(ports.unwrap(), Ports::default());
    }

    #[test]
    fn a_taken_port_is_named_with_the_variable_that_moves_it() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let error = Ports {
            gateway: port,
            ..free_ports()
        }
        .ensure_free()
        .unwrap_err()
        .to_string();
        assert!(
            error.contains(&format!("port {port} for the gateway")),
            "{error}"
        );
        assert!(error.contains("CRUDDUR_GATEWAY_PORT=<port>"), "{error}");
    }

    fn free_ports() -> Ports {
        let free = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let (page, api, gateway) = (free(), free(), free());
        let port = |listener: &TcpListener| listener.local_addr().unwrap().port();
        Ports {
            page: port(&page),
            api: port(&api),
            gateway: port(&gateway),
        }
    }
}
