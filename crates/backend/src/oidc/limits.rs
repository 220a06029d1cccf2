//! Limits of keys, and of requests to the issuer.

use std::time::Duration;

/// Limits of keys, and of requests to the issuer.
#[derive(Clone, Copy, Debug)]
pub struct OidcLimits {
    /// The age of the keys after which they are fetched again in the background. 10 min by default.
    pub refresh_after: Duration,
    /// The age of the keys after which they are not used any more, while the issuer is unavailable. 1 h by
    /// default.
    pub max_age: Duration,
    /// The time between two requests for the keys, whatever tokens arrive. 10 s by default.
    pub min_interval: Duration,
    /// How long a request to the issuer may take. 3 s by default.
    pub timeout: Duration,
}

impl Default for OidcLimits {
    fn default() -> Self {
        Self {
            refresh_after: Duration::from_secs(10 * 60),
            max_age: Duration::from_secs(60 * 60),
            min_interval: Duration::from_secs(10),
            timeout: Duration::from_secs(3),
        }
    }
}
