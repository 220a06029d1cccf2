//! A page's origin, in the one form in which browsers send it.

use std::{net::Ipv6Addr, str::FromStr};

use axum::http::HeaderValue;

/// `scheme://host` or `scheme://host:port`, as the URL standard serialises an origin. What
/// is written in another way would never be equal to what a browser sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageOrigin(HeaderValue);

/// Why a text is no origin to list, as what to write instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OriginError {
    /// Pages that somebody happens to look at would fill the store of a gateway that only
    /// their own machine reaches.
    #[error("each origin by its name: * would let every page that is open anywhere send spans")]
    Any,
    #[error(
        "an origin as browsers send it, such as https://app.example.com or \
         http://localhost:8080: in lower case, without a path and without the scheme's own port"
    )]
    Form,
}

impl PageOrigin {
    pub(crate) fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl FromStr for PageOrigin {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        if text == "*" {
            return Err(OriginError::Any);
        }
        let (scheme, authority) = text.split_once("://").ok_or(OriginError::Form)?;
        let is_origin = is_scheme(scheme) && is_authority(scheme, authority);
        let header = HeaderValue::from_str(text).ok().filter(|_| is_origin);
        header.map(Self).ok_or(OriginError::Form)
    }
}

fn is_scheme(scheme: &str) -> bool {
    let allowed = |byte| is_lower_case(byte) || b"+-.".contains(&byte);
    scheme.starts_with(|first: char| first.is_ascii_lowercase()) && scheme.bytes().all(allowed)
}

fn is_authority(scheme: &str, authority: &str) -> bool {
    match authority.rsplit_once(':') {
        Some((host, port)) if !authority.ends_with(']') => is_host(host) && is_port(scheme, port),
        _ => is_host(authority),
    }
}

fn is_host(host: &str) -> bool {
    let allowed = |byte| is_lower_case(byte) || b"-._".contains(&byte);
    match host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        Some(address) => (address.parse::<Ipv6Addr>()).is_ok_and(|v6| v6.to_string() == address),
        None => !host.is_empty() && host.bytes().all(allowed),
    }
}

fn is_port(scheme: &str, port: &str) -> bool {
    let own = matches!((scheme, port), ("http", "80") | ("https", "443"));
    !own && (port.parse::<u16>()).is_ok_and(|number| number.to_string() == port)
}

const fn is_lower_case(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_what_a_browser_sends() {
        for text in [
            "https://app.example.com",
            "http://localhost:8080",
            "http://127.0.0.1:4318",
            "http://[::1]:8080",
            "http://[2001:db8::1]",
            "https://xn--bcher-kva.example",
            "http://dev_1.test:443",
            "chrome-extension://jhfphcjbkmbpbmifjdbpkjcpgcnmpjno",
        ] {
            let origin: PageOrigin = text.parse().unwrap();
            assert_eq!(origin.header(), text);
        }
    }

    #[test]
    fn what_no_browser_sends_is_refused() {
        for text in [
            "https://app.example.com/",
            "https://App.example.com",
            "HTTPS://app.example.com",
            "https://app.example.com:443",
            "https://app.example.com:08443",
            "https://app.example.com:",
            "https://bücher.example",
            "https://app.example.com/path",
            "https://*.example.com",
            "https://user@app.example.com",
            "http://[0:0:0:0:0:0:0:1]",
            "http://::1",
            "https://",
            "app.example.com",
            "//app.example.com",
            "https://app.example.com\n",
            "null",
            "",
        ] {
            assert_eq!(
                text.parse::<PageOrigin>(),
                Err(OriginError::Form),
                "{text:?}"
            );
        }
        assert_eq!("*".parse::<PageOrigin>(), Err(OriginError::Any));
    }
}
