//! Where a page of a feed or of replies begins: after the last activity of the page before.

use std::{fmt, str::FromStr};

use uuid::Uuid;

/// Activities on a page.
pub(crate) const PAGE_LENGTH: usize = 20;

/// The position of an activity in a feed: newest first, and by UUID within one millisecond.
/// Written as `1669133745123-68f126b0-1ceb-4a33-88be-d90fa7109eee`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) created_at: i64,
    pub(crate) uuid: String,
}

impl Cursor {
    /// Where a feed begins, which is read from the newest to the oldest.
    pub(crate) fn newest() -> Self {
        Self {
            created_at: i64::MAX,
            uuid: String::new(),
        }
    }

    /// Where replies begin, which are read from the oldest to the newest.
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

/// The text is no cursor.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotACursor;

impl FromStr for Cursor {
    type Err = NotACursor;

    fn from_str(text: &str) -> Result<Self, NotACursor> {
        let (created_at, uuid) = text.split_once('-').ok_or(NotACursor)?;
        let created_at = created_at.parse().map_err(|_| NotACursor)?;
        let uuid = Uuid::try_parse(uuid).map_err(|_| NotACursor)?.to_string();
        Ok(Self { created_at, uuid })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back() {
        let text = "1669133745123-68f126b0-1ceb-4a33-88be-d90fa7109eee";
        assert_eq!(text.parse::<Cursor>().unwrap().to_string(), text);
    }

    #[test]
    fn other_text_is_no_cursor() {
        for text in [
            "",
            "12",
            "x-68f126b0-1ceb-4a33-88be-d90fa7109eee",
            "12-x",
            "12-",
        ] {
            assert_eq!(text.parse::<Cursor>(), Err(NotACursor), "{text}");
        }
    }
}
