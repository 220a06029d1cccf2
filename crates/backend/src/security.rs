//! Settings of trust: proxies, callers, origins, and cookies.

use std::net::IpAddr;

use axum::http::HeaderMap;
use clap::ArgAction;

use crate::{
    cookies::CookieNames,
    networks::Networks,
    origin::{Origins, PageOrigin},
    switch::on_off,
};

/// Settings of trust. By default, nothing is trusted.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct SecuritySettings {
    /// Proxies whose X-Forwarded-For is trusted: addresses and networks, comma-separated, such as
    /// 10.0.0.0/8,::1
    #[arg(
        long,
        env = "CRUDDUR_TRUSTED_PROXIES",
        value_name = "NETWORKS",
        default_value = "",
        hide_default_value = true
    )]
    pub trusted_proxies: Networks,
    /// Callers whose traceparent is continued: addresses and networks, comma-separated. Traces of
    /// other callers are linked
    #[arg(
        long,
        env = "CRUDDUR_TRUSTED_CALLERS",
        value_name = "NETWORKS",
        default_value = "",
        hide_default_value = true
    )]
    pub trusted_callers: Networks,
    #[allow(rustdoc::bare_urls, reason = "it is also the text of --help")]
    /// Origins whose pages count as the server's own, comma-separated, such as https://app.example
    #[arg(
        long,
        env = "CRUDDUR_ALLOWED_ORIGINS",
        value_name = "ORIGINS",
        default_value = "",
        hide_default_value = true
    )]
    pub allowed_origins: Origins,
    /// Secure cookies with the prefix __Host-, for a page on HTTPS
    #[arg(
        long,
        env = "CRUDDUR_SECURE_COOKIES",
        value_name = "SWITCH",
        action = ArgAction::Set,
        value_parser = on_off(),
        default_value = "off"
    )]
    pub secure_cookies: bool,
}

impl SecuritySettings {
    pub(crate) fn cookie_names(&self) -> CookieNames {
        if self.secure_cookies {
            CookieNames::HostPrefix
        } else {
            CookieNames::Plain
        }
    }

    /// Returns the relation of the requesting page to the server.
    pub(crate) fn page_origin(&self, headers: &HeaderMap) -> PageOrigin {
        PageOrigin::of(headers, &self.allowed_origins)
    }

    pub(crate) fn is_trusted_caller(&self, address: IpAddr) -> bool {
        self.trusted_callers.contains(address)
    }
}
