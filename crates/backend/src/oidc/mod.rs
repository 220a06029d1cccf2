//! Bearer tokens of an OpenID Connect issuer, such as Amazon Cognito.
//!
//! A token is accepted if one of the issuer's keys has signed it (RS256 or ES256, as the key says), if it
//! names the issuer and an audience of the settings, and if it has not expired. No token is logged or
//! recorded in a span.
//!
//! | module | contents |
//! |---|---|
//! | `authorization` | the token of a request |
//! | `settings`, `limits` | the issuer and the audiences; limits of keys and requests |
//! | `bearer_tokens` | verification of a token |
//! | `key_cache` | the keys of the issuer, fetched again when they have changed |
//! | `issuer_client` | requests to the issuer |
//! | `key_set` | the usable keys of a JSON Web Key Set |
//! | `claims` | the claims of a token |
//! | `ring_provider` | the verification of signatures by ring |

pub(crate) mod authorization;
mod bearer_tokens;
mod claims;
mod issuer_client;
mod key_cache;
mod key_set;
mod limits;
mod ring_provider;
mod settings;

pub(crate) use bearer_tokens::BearerTokens;
pub(crate) use claims::Claims;
pub use limits::OidcLimits;
pub use settings::{OidcSettings, OidcSettingsError};
