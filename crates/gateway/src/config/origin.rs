//! The origin of a page, in the form in which browsers send it.

use std::str::FromStr;

use axum::http::HeaderValue;
use url::{Host, Position, Url};

/// `scheme://host` or `scheme://host:port`, as the URL standard serializes an origin. Other forms
/// would never be equal to what a browser sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageOrigin(HeaderValue);

/// Why a text is not an origin. The error text says what to write instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OriginError {
    /// The text is `*`. Any page in the user's browser could fill the store of a gateway on their
    /// machine.
    #[error("write each origin by its name: * would let all pages in the browser send spans")]
    Any,
    /// The text has another form than browsers send.
    #[error(
        "write an origin as browsers send it, such as https://app.example.com or \
         http://localhost:8080: in lower case, without a path and without the default port"
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
        let url = Url::parse(text).ok().filter(|url| is_origin(url, text));
        let header = url.and_then(|_| HeaderValue::from_str(text).ok());
        header.map(Self).ok_or(OriginError::Form)
    }
}

/// Returns whether `text` is the serialized origin of the URL that it was parsed to.
fn is_origin(url: &Url, text: &str) -> bool {
    let is_host = match url.host() {
        Some(Host::Domain(name)) => !name.is_empty() && name.bytes().all(is_host_byte),
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => true,
        None => false,
    };
    is_host && url.username().is_empty() && &url[..Position::BeforePath] == text
}

/// Returns whether a byte occurs in names of hosts. The URL standard allows others, such as `*`.
const fn is_host_byte(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_accepted_as_browsers_send_them() {
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
    fn other_forms_are_rejected() {
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
