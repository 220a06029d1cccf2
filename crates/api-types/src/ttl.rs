//! How long a crud lives.

use std::{fmt, str::FromStr};

/// One of the seven lifetimes.
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
    /// Longest first, the order in which people choose from them.
    pub const ALL: [Self; 7] = [
        Self::ThirtyDays,
        Self::SevenDays,
        Self::ThreeDays,
        Self::OneDay,
        Self::TwelveHours,
        Self::ThreeHours,
        Self::OneHour,
    ];

    /// As the API spells it, such as `7-days`.
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

    /// As people read it, such as `7 days`.
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

/// The text is none of the seven lifetimes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownTtl;

impl FromStr for Ttl {
    type Err = UnknownTtl;

    fn from_str(text: &str) -> Result<Self, UnknownTtl> {
        Self::ALL
            .into_iter()
            .find(|ttl| ttl.as_str() == text)
            .ok_or(UnknownTtl)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lifetime_reads_back_and_the_longest_stands_first() {
        for ttl in Ttl::ALL {
            assert_eq!(ttl.as_str().parse(), Ok(ttl));
            assert_eq!(ttl.label(), ttl.as_str().replace('-', " "));
        }
        assert!(Ttl::ALL.is_sorted_by_key(|ttl| -ttl.as_millis()));
    }

    #[test]
    fn other_text_is_no_lifetime() {
        assert_eq!("2-days".parse::<Ttl>(), Err(UnknownTtl));
        assert_eq!("".parse::<Ttl>(), Err(UnknownTtl));
    }
}
