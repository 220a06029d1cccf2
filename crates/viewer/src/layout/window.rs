//! The visible rows of a long list. Only they are in the document.

use std::ops::Range;

/// Rows rendered above and below the visible ones, so that scrolling shows no gaps.
const OVERSCAN: usize = 8;

/// The visible part of a scrolling element, in CSS pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Viewport {
    pub(crate) top: f64,
    pub(crate) height: f64,
    pub(crate) width: f64,
}

impl Viewport {
    /// Returns the rows to render.
    pub(crate) fn rows(&self, total: usize, row_height: f64) -> Range<usize> {
        let first = (self.top / row_height) as usize;
        let after = ((self.top + self.height) / row_height).ceil() as usize;
        first.saturating_sub(OVERSCAN).min(total)..(after + OVERSCAN).min(total)
    }

    /// Returns the scroll position that makes a row visible, or `None` if it is visible already.
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

    const VISIBLE: Viewport = Viewport {
        top: 1_000.0,
        height: 300.0,
        width: 200.0,
    };

    #[test]
    fn only_rows_near_the_visible_ones_are_rendered() {
        assert_eq!(VISIBLE.rows(2_000, 30.0), 25..52);
        assert_eq!(VISIBLE.rows(40, 30.0), 25..40);
        assert_eq!(VISIBLE.rows(3, 30.0), 3..3);
        assert_eq!(Viewport::default().rows(2_000, 30.0), 0..8);
    }

    #[test]
    fn revealing_a_row_scrolls_as_little_as_possible() {
        assert_eq!(VISIBLE.reveal(40, 30.0), None);
        assert_eq!(VISIBLE.reveal(10, 30.0), Some(300.0));
        assert_eq!(VISIBLE.reveal(50, 30.0), Some(1_230.0));
    }
}
