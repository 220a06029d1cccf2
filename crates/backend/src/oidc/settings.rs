//! Settings of the issuer.

use hardening::is_loopback_host;
use url::Url;

use crate::origin::Origins;

/// Settings of bearer tokens. By default, none is accepted.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct OidcSettings {
    #[allow(rustdoc::bare_urls, reason = "it is also the text of --help")]
    /// OpenID Connect issuer whose bearer tokens are accepted, exactly as in the claim iss, such as
    /// https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Example
    #[arg(
        long,
        env = "CRUDDUR_OIDC_ISSUER",
        value_name = "URL",
        default_value = "",
        hide_default_value = true
    )]
    pub oidc_issuer: String,
    /// Audiences of accepted tokens, comma-separated: the claim aud, or client_id of Cognito's access
    /// tokens
    #[arg(
        long,
        env = "CRUDDUR_OIDC_AUDIENCE",
        value_name = "IDS",
        default_value = "",
        hide_default_value = true
    )]
    pub oidc_audience: String,
    /// URL of the issuer's keys, instead of the one in its discovery document
    #[arg(
        long,
        env = "CRUDDUR_OIDC_JWKS_URL",
        value_name = "URL",
        default_value = "",
        hide_default_value = true
    )]
    pub oidc_jwks_url: String,
    /// Origins whose pages may call the API with a bearer token (CORS), comma-separated
    #[arg(
        long,
        env = "CRUDDUR_OIDC_CORS_ORIGINS",
        value_name = "ORIGINS",
        default_value = "",
        hide_default_value = true
    )]
    pub oidc_cors_origins: Origins,
}

/// The settings of the issuer do not fit together.
#[derive(Debug, thiserror::Error)]
pub enum OidcSettingsError {
    /// A URL cannot be used.
    #[error("{0} is not usable: write an https URL without a query, or http on this machine")]
    Url(&'static str),
    /// Tokens for other applications would be accepted.
    #[error("CRUDDUR_OIDC_AUDIENCE is missing: name the client id of your application")]
    Audience,
    /// There is no issuer.
    #[error(
        "CRUDDUR_OIDC_ISSUER is missing, but other CRUDDUR_OIDC settings are present: set it, too"
    )]
    Issuer,
    /// The client for HTTP cannot be built.
    #[error("cannot set up requests to the issuer")]
    Client(#[source] reqwest::Error),
}

impl OidcSettings {
    /// Checks the settings. `None` if no tokens are accepted.
    pub(crate) fn issuer(&self) -> Result<Option<Issuer>, OidcSettingsError> {
        let audiences = self.oidc_audience.split(',').map(str::trim);
        let audiences: Vec<String> = audiences
            .filter(|audience| !audience.is_empty())
            .map(str::to_owned)
            .collect();
        let keys = self.oidc_jwks_url.trim();
        let name = self.oidc_issuer.trim();
        if name.is_empty() {
            let is_off = audiences.is_empty()
                && keys.is_empty()
                && self.oidc_cors_origins == Origins::default();
            return is_off.then_some(None).ok_or(OidcSettingsError::Issuer);
        }
        usable_url(name).ok_or(OidcSettingsError::Url("CRUDDUR_OIDC_ISSUER"))?;
        if audiences.is_empty() {
            return Err(OidcSettingsError::Audience);
        }
        let keys = (!keys.is_empty())
            .then(|| usable_url(keys).ok_or(OidcSettingsError::Url("CRUDDUR_OIDC_JWKS_URL")));
        Ok(Some(Issuer {
            name: name.to_owned(),
            audiences,
            jwks_url: keys.transpose()?,
        }))
    }
}

/// A checked issuer.
#[derive(Clone, Debug)]
pub(crate) struct Issuer {
    /// The value of the claim `iss`.
    pub(super) name: String,
    pub(super) audiences: Vec<String>,
    /// `None` if the discovery document names it.
    pub(super) jwks_url: Option<Url>,
}

/// Parses an `https` URL, or an `http` URL of this machine. Over the network, others could replace the keys
/// in an `http` response.
pub(super) fn usable_url(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let host = url.host()?;
    let is_private = url.scheme() == "https" || (url.scheme() == "http" && is_loopback_host(&host));
    let is_plain =
        url.query().is_none() && url.fragment().is_none() && !url.authority().contains('@');
    (is_private && is_plain).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(issuer: &str, audience: &str, jwks_url: &str) -> OidcSettings {
        OidcSettings {
            oidc_issuer: issuer.to_owned(),
            oidc_audience: audience.to_owned(),
            oidc_jwks_url: jwks_url.to_owned(),
            ..OidcSettings::default()
        }
    }

    #[test]
    fn no_settings_mean_no_tokens() {
        assert!(settings("", " ", "").issuer().unwrap().is_none());
    }

    #[test]
    fn incomplete_or_unsafe_settings_are_errors_with_the_variable() {
        let issuer = "https://issuer.example";
        for (settings, variable) in [
            (settings(issuer, "", ""), "CRUDDUR_OIDC_AUDIENCE"),
            (settings("", "a", ""), "CRUDDUR_OIDC_ISSUER"),
            (settings("", "", issuer), "CRUDDUR_OIDC_ISSUER"),
            (settings("issuer.example", "a", ""), "CRUDDUR_OIDC_ISSUER"),
            (
                settings("http://issuer.example", "a", ""),
                "CRUDDUR_OIDC_ISSUER",
            ),
            (
                settings("https://a:b@issuer.example", "a", ""),
                "CRUDDUR_OIDC_ISSUER",
            ),
            (
                settings("https://issuer.example?a", "a", ""),
                "CRUDDUR_OIDC_ISSUER",
            ),
            (
                settings(issuer, "a", "http://issuer.example/keys"),
                "CRUDDUR_OIDC_JWKS_URL",
            ),
            (
                settings(issuer, "a", "file:///keys"),
                "CRUDDUR_OIDC_JWKS_URL",
            ),
        ] {
            let error = settings.issuer().unwrap_err().to_string();
            assert!(error.contains(variable), "{error}");
        }
    }
}
