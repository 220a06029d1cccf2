//! Which rows of a long list are on the screen: only those are in the document.

use std::ops::Range;

/// Rows kept ready above and below, so that a quick scroll shows no blanks.
const OVERSCAN: usize = 8;

/// What a scrolling box shows, in CSS pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Viewport {
    pub(crate) top: f64,
    pub(crate) height: f64,
    pub(crate) width: f64,
}

impl Viewport {
    pub(crate) fn rows(&self, total: usize, row_height: f64) -> Range<usize> {
        let first = (self.top / row_height) as usize;
        let after = ((self.top + self.height) / row_height).ceil() as usize;
        first.saturating_sub(OVERSCAN).min(total)..(after + OVERSCAN).min(total)
    }

    /// The scroll position that brings a row into view; none when it already is.
    pub(crate) fn reveal(&self, row: usize, row_height: f64) -> Option<f64> {
        let (top, bottom) = (row as f64 * row_height, (row + 1) as f64 * row_height);
        if top < self.top {
            Some(top)
        } else if bottom > self.top + self.height {
            Some(bottom - self.height)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOWN: Viewport = Viewport {
        top: 1_000.0,
        height: 300.0,
        width: 200.0,
    };

    #[test]
    fn only_rows_near_the_screen_are_drawn() {
        assert_eq!(SHOWN.rows(2_000, 30.0), 25..52);
        assert_eq!(SHOWN.rows(40, 30.0), 25..40);
        assert_eq!(SHOWN.rows(3, 30.0), 3..3);
        assert_eq!(Viewport::default().rows(2_000, 30.0), 0..8);
    }

    #[test]
    fn a_row_is_revealed_by_the_shortest_scroll() {
        assert_eq!(SHOWN.reveal(40, 30.0), None);
        assert_eq!(SHOWN.reveal(10, 30.0), Some(300.0));
        assert_eq!(SHOWN.reveal(50, 30.0), Some(1_230.0));
    }
}
