//! Codes that are sent by mail, to prove that an address belongs to the user.

use std::fmt;

use api_types::{CODE_DIGITS, Timestamp};

use crate::{Error, error::Failure};

/// The lifetime of a code, in minutes.
pub(crate) const CODE_MINUTES: i64 = 15;
/// The number of attempts to enter a code.
pub(crate) const CODE_ATTEMPTS: u32 = 5;

const CODES: u64 = 10_u64.pow(CODE_DIGITS as u32);

/// A random code of [`CODE_DIGITS`] digits.
pub(crate) struct EmailCode(String);

/// Omits the digits.
impl fmt::Debug for EmailCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmailCode").finish_non_exhaustive()
    }
}

impl EmailCode {
    /// Creates a random code. The remainder of a 64-bit number favors no code measurably.
    pub(crate) fn random() -> Result<Self, Error> {
        let number = getrandom::u64()
            .map_err(|error| Error::Failed(Failure::new("getrandom::Error", error)))?;
        Ok(Self(format!("{:0CODE_DIGITS$}", number % CODES)))
    }

    pub(crate) fn digits(&self) -> &str {
        &self.0
    }

    /// Returns the time at which a code that is sent now expires.
    pub(crate) fn expiry(now: Timestamp) -> Timestamp {
        Timestamp::from_millis(now.as_millis() + CODE_MINUTES * 60_000)
    }

    #[cfg(test)]
    pub(crate) fn from_digits(digits: &str) -> Self {
        Self(digits.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_random_digits_that_debug_output_omits() {
        let (a, b) = (EmailCode::random().unwrap(), EmailCode::random().unwrap());
        assert_ne!(a.digits(), b.digits());
        assert_eq!(a.digits().len(), CODE_DIGITS);
        assert!(a.digits().bytes().all(|b| b.is_ascii_digit()));
        assert_eq!(format!("{a:?}"), "EmailCode { .. }");
    }
}
