//! Cursors: a page begins after the last activity of the previous page.

use std::{fmt, str::FromStr};

use uuid::Uuid;

/// The number of activities on a page.
pub(crate) const PAGE_LENGTH: usize = 20;

/// The position of an activity in a feed, by time and then by UUID. Displayed as `1669133745123-68f126b0-1ceb-4a33-88be-d90fa7109eee`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) created_at: i64,
    pub(crate) uuid: String,
}

impl Cursor {
    /// Returns the start of a feed, which is read from the newest to the oldest.
    pub(crate) fn newest() -> Self {
        Self {
            created_at: i64::MAX,
            uuid: String::new(),
        }
    }

    /// Returns the start of replies, which are read from the oldest to the newest.
    pub(crate) fn oldest() -> Self {
        Self {
            created_at: i64::MIN,
            uuid: String::new(),
        }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.created_at, self.uuid)
    }
}

/// The error for text that is not a cursor.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a time in milliseconds, `-` and a UUID")]
pub(crate) struct ParseCursorError;

impl FromStr for Cursor {
    type Err = ParseCursorError;

    fn from_str(text: &str) -> Result<Self, ParseCursorError> {
        let (created_at, uuid) = text.split_once('-').ok_or(ParseCursorError)?;
        let created_at = created_at.parse().map_err(|_| ParseCursorError)?;
        let uuid = Uuid::try_parse(uuid)
            .map_err(|_| ParseCursorError)?
            .to_string();
        Ok(Self { created_at, uuid })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursor_survives_a_round_trip() {
        let text = "1669133745123-68f126b0-1ceb-4a33-88be-d90fa7109eee";
        assert_eq!(text.parse::<Cursor>().unwrap().to_string(), text);
    }

    #[test]
    fn invalid_cursors_are_errors() {
        for text in [
            "",
            "12",
            "x-68f126b0-1ceb-4a33-88be-d90fa7109eee",
            "12-x",
            "12-",
        ] {
            assert_eq!(text.parse::<Cursor>(), Err(ParseCursorError), "{text}");
        }
    }
}
