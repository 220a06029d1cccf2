//! The traces that an explanation is about, among those of its scope.

use trace_model::overview::{Outcome, RootRow};

/// A box in the heatmap, and optionally only its failed traces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Selection {
    /// The earliest start. `None`: not limited, as are the others.
    pub(crate) from: Option<u64>,
    /// Not included.
    pub(crate) to: Option<u64>,
    pub(crate) min_nano: Option<u64>,
    /// Not included.
    pub(crate) max_nano: Option<u64>,
    pub(crate) failed: bool,
}

impl Selection {
    /// Whether the selection is a part of the time range.
    pub(crate) const fn is_limited_in_time(&self) -> bool {
        self.from.is_some() || self.to.is_some()
    }

    pub(crate) fn contains(&self, row: &RootRow<'_>) -> bool {
        let (start, duration) = (row.start_unix_nano, row.duration_nano);
        self.from.is_none_or(|from| start >= from)
            && self.to.is_none_or(|to| start < to)
            && self.min_nano.is_none_or(|min| duration >= min)
            && self.max_nano.is_none_or(|max| duration < max)
            && (!self.failed || row.outcome.has(Outcome::ERROR))
    }
}
