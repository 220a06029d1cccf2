//! A range of time, divided into columns of equal length.

use serde::{Deserialize, Serialize};

use crate::nanos;

/// A range of time from `since` to `until`, which is not included. Nanoseconds since 1970.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    #[serde(with = "nanos")]
    pub since: u64,
    #[serde(with = "nanos")]
    pub until: u64,
}

/// Whether a time is in a window or in the equally long period before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowPart {
    Current,
    Previous,
    Outside,
}

impl Window {
    /// Returns the length in nanoseconds.
    #[must_use]
    pub const fn nanos(self) -> u64 {
        self.until.saturating_sub(self.since)
    }

    /// Returns the start of the equally long period before the window.
    #[must_use]
    pub const fn previous_since(self) -> u64 {
        self.since.saturating_sub(self.nanos())
    }

    /// Returns the part in which a time lies.
    #[must_use]
    pub const fn part(self, time: u64) -> WindowPart {
        if time >= self.since && time < self.until {
            WindowPart::Current
        } else if time < self.since && time >= self.previous_since() {
            WindowPart::Previous
        } else {
            WindowPart::Outside
        }
    }

    /// Returns the column of a time if the window is divided into `columns`.
    #[must_use]
    pub fn column(self, time: u64, columns: usize) -> usize {
        let offset = u128::from(time.saturating_sub(self.since));
        let column = offset * columns as u128 / u128::from(self.nanos().max(1));
        usize::try_from(column)
            .unwrap_or(usize::MAX)
            .min(columns.saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_divided_between_columns_and_periods() {
        let window = Window {
            since: 1_000,
            until: 2_000,
        };
        let columns = [1_000, 1_099, 1_100, 1_999].map(|time| window.column(time, 10));
        assert_eq!(columns, [0, 0, 1, 9]);
        let parts = [0, 999, 1_000, 1_999, 2_000].map(|time| window.part(time));
        use WindowPart::{Current, Outside, Previous};
        assert_eq!(parts, [Previous, Previous, Current, Current, Outside]);
    }

    #[test]
    fn columns_of_an_empty_window_are_in_range() {
        assert_eq!(Window::default().column(5, 10), 9);
        assert_eq!(Window::default().column(0, 0), 0);
    }
}
