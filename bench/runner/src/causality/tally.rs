//! How many of something are where they belong.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Right,
    Wrong,
    Lost,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) right: usize,
    /// In the trace of another action.
    pub(crate) wrong: usize,
    /// In no action's trace.
    pub(crate) lost: usize,
}

impl Tally {
    pub(crate) fn add(&mut self, other: Self) {
        self.right += other.right;
        self.wrong += other.wrong;
        self.lost += other.lost;
    }

    pub(crate) fn found(self) -> usize {
        self.right + self.wrong + self.lost
    }

    pub(crate) fn count(&mut self, place: Place) {
        match place {
            Place::Right => self.right += 1,
            Place::Wrong => self.wrong += 1,
            Place::Lost => self.lost += 1,
        }
    }
}
