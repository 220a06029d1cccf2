//! The lifetime of a crud.

use std::{fmt, str::FromStr};

/// The lifetime of a crud, chosen by its author.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Ttl {
    OneHour,
    ThreeHours,
    TwelveHours,
    OneDay,
    ThreeDays,
    #[default]
    SevenDays,
    ThirtyDays,
}

impl Ttl {
    /// All lifetimes, longest first: the order of the form's options.
    pub const ALL: [Self; 7] = [
        Self::ThirtyDays,
        Self::SevenDays,
        Self::ThreeDays,
        Self::OneDay,
        Self::TwelveHours,
        Self::ThreeHours,
        Self::OneHour,
    ];

    /// Returns the spelling of the API, such as `7-days`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ThirtyDays => "30-days",
            Self::SevenDays => "7-days",
            Self::ThreeDays => "3-days",
            Self::OneDay => "1-day",
            Self::TwelveHours => "12-hours",
            Self::ThreeHours => "3-hours",
            Self::OneHour => "1-hour",
        }
    }

    /// Returns the label to display, such as `7 days`.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::ThirtyDays => "30 days",
            Self::SevenDays => "7 days",
            Self::ThreeDays => "3 days",
            Self::OneDay => "1 day",
            Self::TwelveHours => "12 hours",
            Self::ThreeHours => "3 hours",
            Self::OneHour => "1 hour",
        }
    }

    /// Returns the lifetime in milliseconds.
    #[must_use]
    pub fn as_millis(self) -> i64 {
        let hours = match self {
            Self::ThirtyDays => 30 * 24,
            Self::SevenDays => 7 * 24,
            Self::ThreeDays => 3 * 24,
            Self::OneDay => 24,
            Self::TwelveHours => 12,
            Self::ThreeHours => 3,
            Self::OneHour => 1,
        };
        hours * 60 * 60 * 1000
    }
}

impl fmt::Display for Ttl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The error for a string that is not one of [`Ttl::ALL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseTtlError;

impl fmt::Display for ParseTtlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a lifetime such as 7-days")
    }
}

impl std::error::Error for ParseTtlError {}

impl FromStr for Ttl {
    type Err = ParseTtlError;

    fn from_str(text: &str) -> Result<Self, ParseTtlError> {
        Self::ALL
            .into_iter()
            .find(|ttl| ttl.as_str() == text)
            .ok_or(ParseTtlError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lifetimes_survive_a_round_trip_and_are_sorted_longest_first() {
        for ttl in Ttl::ALL {
            assert_eq!(ttl.as_str().parse(), Ok(ttl));
            assert_eq!(ttl.label(), ttl.as_str().replace('-', " "));
        }
        assert!(Ttl::ALL.is_sorted_by_key(|ttl| -ttl.as_millis()));
    }

    #[test]
    fn unknown_lifetimes_are_errors() {
        assert_eq!("2-days".parse::<Ttl>(), Err(ParseTtlError));
        assert_eq!("".parse::<Ttl>(), Err(ParseTtlError));
    }
}
