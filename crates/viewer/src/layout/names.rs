//! The name column: its width and the indentation of its rows.

/// The minimum width, in CSS pixels, at which names are readable.
pub(crate) const MIN_WIDTH_PX: f64 = 140.0;

/// The default width as a fraction of the waterfall.
const DEFAULT_SHARE: f64 = 0.44;
const MIN_DEFAULT_PX: f64 = 220.0;
const MAX_DEFAULT_PX: f64 = 380.0;

/// The maximum width as a fraction of the waterfall.
const MAX_SHARE: f64 = 0.75;

/// The maximum indentation as a fraction of the column.
const MAX_INDENT_SHARE: f64 = 0.25;

/// The indentation of one level.
const STEP_PX: f64 = 14.0;
const NARROW_STEP_PX: f64 = 9.0;

/// Returns the width in CSS pixels: the chosen one within the limits, or the default.
pub(crate) fn width(chosen: Option<f64>, waterfall: f64) -> f64 {
    let default = (waterfall * DEFAULT_SHARE).clamp(MIN_DEFAULT_PX, MAX_DEFAULT_PX);
    let max = (waterfall * MAX_SHARE).max(MIN_WIDTH_PX);
    chosen.unwrap_or(default).clamp(MIN_WIDTH_PX, max)
}

/// Indentation by depth, limited so that names stay readable.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Indentation {
    step: f64,
    max_levels: usize,
}

impl Indentation {
    /// `narrow`: names are above their bars instead of beside them.
    pub(crate) fn new(width: f64, narrow: bool) -> Self {
        let step = if narrow { NARROW_STEP_PX } else { STEP_PX };
        Self {
            step,
            max_levels: ((width * MAX_INDENT_SHARE / step) as usize).max(1),
        }
    }

    /// Returns the indentation in CSS pixels.
    pub(crate) fn width_px(&self, depth: usize) -> f64 {
        depth.min(self.max_levels) as f64 * self.step
    }

    /// Returns the depth if the indentation is limited and so does not show it.
    pub(crate) fn hidden_depth(&self, depth: usize) -> Option<usize> {
        (depth > self.max_levels).then_some(depth)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_enough_width_at_any_depth() {
        for (waterfall, chosen) in [
            (390.0, None),
            (590.0, None),
            (1_400.0, None),
            (590.0, Some(1.0)),
        ] {
            let width = width(chosen, waterfall);
            let indent = Indentation::new(width, false);
            for depth in [0, 1, 11, 40, 99_999] {
                assert!(
                    width - indent.width_px(depth) >= 100.0,
                    "{waterfall} {depth}"
                );
            }
        }
    }

    #[test]
    fn depths_beyond_the_limit_are_hidden_depths() {
        let indent = Indentation::new(240.0, false);
        assert_eq!((indent.width_px(4), indent.hidden_depth(4)), (56.0, None));
        assert_eq!(
            (indent.width_px(5), indent.hidden_depth(5)),
            (56.0, Some(5))
        );
        assert_eq!(
            (indent.width_px(40), indent.hidden_depth(40)),
            (56.0, Some(40))
        );
    }

    #[test]
    fn a_chosen_width_is_limited() {
        assert_eq!(width(Some(900.0), 600.0), 450.0);
        assert_eq!(width(Some(5.0), 600.0), MIN_WIDTH_PX);
        assert_eq!(width(Some(300.0), 600.0), 300.0);
        assert_eq!(width(None, 600.0), 264.0);
    }
}
