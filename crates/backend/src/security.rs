//! Whom the server believes: proxies, callers, origins, and how its cookies are marked.

use std::net::IpAddr;

use anyhow::{Context, bail, ensure};
use axum::http::HeaderMap;
use ipnet::IpNet;

use crate::{cookies::Cookies, origin::PageOrigin};

const NETWORK_EXAMPLE: &str =
    "write addresses or networks, comma-separated, such as 10.0.0.0/8,::1";
const ORIGIN_EXAMPLE: &str =
    "write origins, comma-separated, such as https://cruddur.example,http://localhost:8080";

/// What the environment says about trust. By default nobody is trusted.
#[derive(Clone, Debug, Default)]
pub struct SecuritySettings {
    /// `CRUDDUR_TRUSTED_PROXIES`: peers whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// `CRUDDUR_TRUSTED_CALLERS`: addresses whose `traceparent` is continued.
    pub trusted_callers: Vec<IpNet>,
    /// `CRUDDUR_ALLOWED_ORIGINS`: origins whose pages count as the server's own.
    pub allowed_origins: Vec<String>,
    /// `CRUDDUR_SECURE_COOKIES`: cookies are `Secure` and carry the `__Host-` prefix.
    pub secure_cookies: bool,
}

impl SecuritySettings {
    /// Reads the settings.
    ///
    /// # Errors
    /// When a variable has a value that cannot be read; the error says what to write.
    pub(crate) fn read(variable: impl Fn(&str) -> Option<String>) -> anyhow::Result<Self> {
        let networks = |name: &str| match variable(name) {
            Some(text) => {
                networks(&text).with_context(|| format!("{name} is `{text}`: {NETWORK_EXAMPLE}"))
            }
            None => Ok(Vec::new()),
        };
        let origins = variable("CRUDDUR_ALLOWED_ORIGINS").unwrap_or_default();
        Ok(Self {
            trusted_proxies: networks("CRUDDUR_TRUSTED_PROXIES")?,
            trusted_callers: networks("CRUDDUR_TRUSTED_CALLERS")?,
            allowed_origins: parse_origins(&origins).with_context(|| {
                format!("CRUDDUR_ALLOWED_ORIGINS is `{origins}`: {ORIGIN_EXAMPLE}")
            })?,
            secure_cookies: match variable("CRUDDUR_SECURE_COOKIES").as_deref() {
                None | Some("off") => false,
                Some("on") => true,
                Some(other) => bail!("CRUDDUR_SECURE_COOKIES is `{other}`: write on or off"),
            },
        })
    }

    pub(crate) fn cookies(&self) -> Cookies {
        Cookies {
            secure: self.secure_cookies,
        }
    }

    /// Whose page sent the request, as far as its headers tell.
    pub(crate) fn page_origin(&self, headers: &HeaderMap) -> PageOrigin {
        PageOrigin::of(headers, &self.allowed_origins)
    }

    pub(crate) fn is_trusted_caller(&self, address: IpAddr) -> bool {
        contains(&self.trusted_callers, address)
    }
}

pub(crate) fn contains(networks: &[IpNet], address: IpAddr) -> bool {
    networks.iter().any(|network| network.contains(&address))
}

fn networks(text: &str) -> anyhow::Result<Vec<IpNet>> {
    entries(text).map(network).collect()
}

fn network(entry: &str) -> anyhow::Result<IpNet> {
    match entry.parse::<IpAddr>() {
        Ok(address) => Ok(IpNet::from(address.to_canonical())),
        Err(_) => Ok(entry.parse::<IpNet>()?),
    }
}

fn parse_origins(text: &str) -> anyhow::Result<Vec<String>> {
    entries(text).map(origin).collect()
}

fn origin(entry: &str) -> anyhow::Result<String> {
    let origin = entry
        .strip_suffix('/')
        .unwrap_or(entry)
        .to_ascii_lowercase();
    let host = origin.split_once("://").map_or("", |(_, host)| host);
    ensure!(
        !host.is_empty() && !host.contains(['/', '?', '#', '@', '*']),
        "`{entry}` is not an origin"
    );
    Ok(origin)
}

fn entries(text: &str) -> impl Iterator<Item = &str> {
    text.split(',')
        .map(str::trim)
        .filter(|entry| !entry.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &'static str, value: &'static str) -> anyhow::Result<SecuritySettings> {
        SecuritySettings::read(|asked| (asked == name).then(|| value.to_owned()))
    }

    #[test]
    fn by_default_nobody_is_trusted_and_cookies_work_without_tls() {
        let settings = SecuritySettings::read(|_| None).unwrap();
        assert!(settings.trusted_proxies.is_empty() && settings.trusted_callers.is_empty());
        assert!(settings.allowed_origins.is_empty() && !settings.secure_cookies);
    }

    #[test]
    fn addresses_and_networks_are_read() {
        let settings = read("CRUDDUR_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8,fd00::/8,").unwrap();
        let trusts = |address: &str| contains(&settings.trusted_proxies, address.parse().unwrap());
        assert!(trusts("127.0.0.1") && trusts("10.9.8.7") && trusts("fd00::1"));
        assert!(!trusts("127.0.0.2") && !trusts("11.0.0.1") && !trusts("::1"));
    }

    #[test]
    fn an_unreadable_value_names_its_variable_and_what_to_write() {
        for (name, value, advice) in [
            ("CRUDDUR_TRUSTED_PROXIES", "proxy.example", "10.0.0.0/8"),
            ("CRUDDUR_TRUSTED_CALLERS", "10.0.0.0/40", "10.0.0.0/8"),
            (
                "CRUDDUR_ALLOWED_ORIGINS",
                "cruddur.example",
                "https://cruddur.example",
            ),
            ("CRUDDUR_ALLOWED_ORIGINS", "*", "https://cruddur.example"),
            (
                "CRUDDUR_ALLOWED_ORIGINS",
                "https://a.example/path",
                "https://cruddur.example",
            ),
            ("CRUDDUR_SECURE_COOKIES", "yes", "on or off"),
        ] {
            let error = read(name, value).unwrap_err().to_string();
            assert!(error.contains(name) && error.contains(advice), "{error}");
        }
    }

    #[test]
    fn an_origin_is_compared_without_its_case_and_its_last_slash() {
        let settings = read("CRUDDUR_ALLOWED_ORIGINS", "https://Cruddur.Example/").unwrap();
        assert_eq!(settings.allowed_origins, ["https://cruddur.example"]);
    }
}
