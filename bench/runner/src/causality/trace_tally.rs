//! Counts of spans or requests by the trace that they are in.

/// Whether something is in the trace of its action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TraceMatch {
    Right,
    /// In the trace of another action.
    Wrong,
    /// In no action's trace.
    Lost,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TraceTally {
    pub(crate) right: usize,
    /// In the trace of another action.
    pub(crate) wrong: usize,
    /// In no action's trace.
    pub(crate) lost: usize,
}

impl TraceTally {
    pub(crate) fn add(&mut self, other: Self) {
        self.right += other.right;
        self.wrong += other.wrong;
        self.lost += other.lost;
    }

    pub(crate) fn found(self) -> usize {
        self.right + self.wrong + self.lost
    }

    pub(crate) fn count(&mut self, found: TraceMatch) {
        match found {
            TraceMatch::Right => self.right += 1,
            TraceMatch::Wrong => self.wrong += 1,
            TraceMatch::Lost => self.lost += 1,
        }
    }
}
