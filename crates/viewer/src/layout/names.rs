//! The column of names: how wide it is, and how far a row is indented in it.

/// The least width that leaves a name readable, in CSS pixels.
pub(crate) const MIN_WIDTH: f64 = 140.0;

/// The default width as a fraction of the waterfall, and its bounds in CSS pixels.
const DEFAULT_SHARE: f64 = 0.44;
const MIN_DEFAULT: f64 = 220.0;
const MAX_DEFAULT: f64 = 380.0;

/// How much of the waterfall the column may take.
const MAX_SHARE: f64 = 0.75;

/// How much of the column indentation may take: the rest is the name's.
const MAX_INDENT_SHARE: f64 = 0.25;

/// CSS pixels for each level.
const STEP: f64 = 14.0;
const NARROW_STEP: f64 = 9.0;

/// The column's width in CSS pixels: what was chosen, as far as the waterfall has room for it.
pub(crate) fn width(chosen: Option<f64>, waterfall: f64) -> f64 {
    let default = (waterfall * DEFAULT_SHARE).clamp(MIN_DEFAULT, MAX_DEFAULT);
    let max = (waterfall * MAX_SHARE).max(MIN_WIDTH);
    chosen.unwrap_or(default).clamp(MIN_WIDTH, max)
}

/// Indents by depth, until the name would have too little room.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Indent {
    step: f64,
    max_levels: usize,
}

impl Indent {
    /// For a column of this width; `narrow` where names stand above their bars.
    pub(crate) fn new(width: f64, narrow: bool) -> Self {
        let step = if narrow { NARROW_STEP } else { STEP };
        Self {
            step,
            max_levels: ((width * MAX_INDENT_SHARE / step) as usize).max(1),
        }
    }

    /// CSS pixels.
    pub(crate) fn of(&self, depth: usize) -> f64 {
        depth.min(self.max_levels) as f64 * self.step
    }

    /// The depth, where the indentation no longer shows it.
    pub(crate) fn number(&self, depth: usize) -> Option<usize> {
        (depth > self.max_levels).then_some(depth)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_most_of_its_column_at_any_depth() {
        for (waterfall, chosen) in [
            (390.0, None),
            (590.0, None),
            (1_400.0, None),
            (590.0, Some(1.0)),
        ] {
            let width = width(chosen, waterfall);
            let indent = Indent::new(width, false);
            for depth in [0, 1, 11, 40, 99_999] {
                assert!(width - indent.of(depth) >= 100.0, "{waterfall} {depth}");
            }
        }
    }

    #[test]
    fn what_indentation_does_not_show_a_number_does() {
        let indent = Indent::new(240.0, false);
        assert_eq!((indent.of(4), indent.number(4)), (56.0, None));
        assert_eq!((indent.of(5), indent.number(5)), (56.0, Some(5)));
        assert_eq!((indent.of(40), indent.number(40)), (56.0, Some(40)));
    }

    #[test]
    fn a_chosen_width_leaves_room_for_the_axis() {
        assert_eq!(width(Some(900.0), 600.0), 450.0);
        assert_eq!(width(Some(5.0), 600.0), MIN_WIDTH);
        assert_eq!(width(Some(300.0), 600.0), 300.0);
        assert_eq!(width(None, 600.0), 264.0);
    }
}
