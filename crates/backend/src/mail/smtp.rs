//! The SMTP server that messages are sent to.

use std::{fmt, time::Duration};

use hardening::is_loopback_host;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    transport::smtp::{
        authentication::Credentials,
        client::{Tls, TlsParameters},
    },
};
use url::{Host, Url};

/// The time limit of the connection and of each command.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(10);
const SUBMISSION_PORT: u16 = 587;
const SUBMISSIONS_PORT: u16 = 465;

/// The address of an SMTP server, with the account for it.
///
/// `smtps://` uses TLS from the start. `smtp://` upgrades the connection (STARTTLS) and fails without
/// TLS, except to a server on this machine.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct SmtpUrl {
    host: String,
    port: u16,
    security: Security,
    credentials: Option<(String, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Security {
    None,
    StartTls,
    Tls,
}

/// Omits the account.
impl fmt::Debug for SmtpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpUrl")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("security", &self.security)
            .finish_non_exhaustive()
    }
}

/// The URL is not one of an SMTP server. It does not repeat the URL, which may contain a password.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error(
    "CRUDDUR_SMTP_URL is not valid: write a URL such as smtps://user:password@mail.example or smtp://127.0.0.1:1025, \
     with %-escapes in user and password"
)]
pub(crate) struct SmtpUrlError;

impl std::str::FromStr for SmtpUrl {
    type Err = SmtpUrlError;

    fn from_str(text: &str) -> Result<Self, SmtpUrlError> {
        let url = Url::parse(text.trim()).map_err(|_| SmtpUrlError)?;
        // The parser leaves the host of these schemes as it is, so it is parsed again.
        let host = Host::parse(url.host_str().unwrap_or_default()).map_err(|_| SmtpUrlError)?;
        let extra = !matches!(url.path(), "" | "/") || url.query().or(url.fragment()).is_some();
        if extra {
            return Err(SmtpUrlError);
        }
        let (security, default_port) = match url.scheme() {
            "smtps" => (Security::Tls, SUBMISSIONS_PORT),
            "smtp" if is_loopback_host(&host) => (Security::None, SUBMISSION_PORT),
            "smtp" => (Security::StartTls, SUBMISSION_PORT),
            _ => return Err(SmtpUrlError),
        };
        Ok(Self {
            host: bare(&host),
            port: url.port().unwrap_or(default_port),
            security,
            credentials: credentials(&url)?,
        })
    }
}

/// Returns the host without the brackets of a URL.
fn bare(host: &Host) -> String {
    match host {
        Host::Domain(name) => name.clone(),
        Host::Ipv4(address) => address.to_string(),
        Host::Ipv6(address) => address.to_string(),
    }
}

fn credentials(url: &Url) -> Result<Option<(String, String)>, SmtpUrlError> {
    let decode = |text: &str| {
        let decoded = percent_encoding::percent_decode_str(text).decode_utf8();
        decoded
            .map(|text| text.into_owned())
            .map_err(|_| SmtpUrlError)
    };
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        (user, Some(password)) if !user.is_empty() => Ok(Some((decode(user)?, decode(password)?))),
        _ => Err(SmtpUrlError),
    }
}

/// A connection to an SMTP server, opened for each message.
#[derive(Clone, Debug)]
pub(super) struct SmtpClient {
    transport: AsyncSmtpTransport<Tokio1Executor>,
}

impl SmtpClient {
    pub(super) fn new(url: &SmtpUrl) -> Result<Self, lettre::transport::smtp::Error> {
        let tls = || TlsParameters::new(url.host.clone());
        let tls = match url.security {
            Security::None => Tls::None,
            Security::StartTls => Tls::Required(tls()?),
            Security::Tls => Tls::Wrapper(tls()?),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&url.host)
            .port(url.port)
            .tls(tls)
            .timeout(Some(COMMAND_TIMEOUT));
        if let Some((user, password)) = &url.credentials {
            builder = builder.credentials(Credentials::new(user.clone(), password.clone()));
        }
        Ok(Self {
            transport: builder.build(),
        })
    }

    /// Sends a message. The error has the kind of the failure, not the server's response, which often
    /// repeats the address.
    pub(super) async fn send(&self, message: Message) -> Result<(), SmtpError> {
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) => Err(SmtpError::of(&error)),
        }
    }
}

/// The kind of a failed delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SmtpError {
    /// The server rejected the message for good, with a 5xx status.
    #[error("the mail server rejected the message")]
    Rejected,
    /// The server cannot take the message now, or cannot be reached.
    #[error("the mail server cannot be reached or is busy")]
    Unavailable,
    /// The server offers no TLS, or its certificate is not valid.
    #[error("the mail server has no valid TLS")]
    Tls,
}

impl SmtpError {
    fn of(error: &lettre::transport::smtp::Error) -> Self {
        if error.is_permanent() {
            Self::Rejected
        } else if error.is_tls() {
            Self::Tls
        } else {
            Self::Unavailable
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Option<(String, u16, Security)> {
        let url: SmtpUrl = text.parse().ok()?;
        Some((url.host, url.port, url.security))
    }

    #[test]
    fn url_has_a_host_a_port_and_tls_except_on_this_machine() {
        for (url, host, port, security) in [
            ("smtps://mail.example", "mail.example", 465, Security::Tls),
            (
                "smtp://mail.example",
                "mail.example",
                587,
                Security::StartTls,
            ),
            (
                "smtp://mail.example:25/",
                "mail.example",
                25,
                Security::StartTls,
            ),
            ("smtp://127.0.0.1:1025", "127.0.0.1", 1025, Security::None),
            ("smtp://[::1]:1025", "::1", 1025, Security::None),
            ("smtp://localhost", "localhost", 587, Security::None),
        ] {
            assert_eq!(parse(url), Some((host.to_owned(), port, security)), "{url}");
        }
        for url in [
            "",
            "mail.example",
            "http://mail.example",
            "smtp://",
            "smtp:mail.example",
            "smtp://mail.example/inbox",
            "smtp://mail.example?tls=none",
            "smtp://user@mail.example",
            "smtp://:secret@mail.example",
        ] {
            assert_eq!(parse(url), None, "{url}");
        }
    }

    #[test]
    fn account_is_decoded_and_in_no_debug_output() {
        let url: SmtpUrl = "smtps://me%40a.b:s%2Fcret@mail.example".parse().unwrap();
        let expected = ("me@a.b".to_owned(), "s/cret".to_owned());
        assert_eq!(url.credentials, Some(expected));
        let debug = format!("{url:?}");
        assert!(!debug.contains("cret") && !debug.contains("me@"), "{debug}");
        let error = "smtp://me:secret@mail.example/x"
            .parse::<SmtpUrl>()
            .unwrap_err();
        assert!(!error.to_string().contains("secret"));
    }
}
