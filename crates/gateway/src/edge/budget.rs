//! How much memory all requests in flight may hold together.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Refusal;

/// Memory is lent in pieces of this size.
const PIECE_BYTES: usize = 16 * 1024;

/// Bytes that bodies being read, decoded and stored may take up together.
#[derive(Clone, Debug)]
pub(super) struct Budget(Arc<Semaphore>);

impl Budget {
    pub(super) fn new(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes.div_ceil(PIECE_BYTES))))
    }

    pub(super) fn lease(&self) -> Lease {
        Lease {
            budget: self.clone(),
            pieces: None,
        }
    }
}

/// One request's part of the budget, given back when dropped.
#[derive(Debug)]
pub(super) struct Lease {
    budget: Budget,
    pieces: Option<OwnedSemaphorePermit>,
}

impl Lease {
    /// Makes sure that `bytes` are covered. It never waits: requests that hold a part each
    /// and wait for the rest would wait for ever.
    pub(super) fn cover(&mut self, bytes: usize) -> Result<(), Refusal> {
        let held = self
            .pieces
            .as_ref()
            .map_or(0, OwnedSemaphorePermit::num_permits);
        let missing = bytes.div_ceil(PIECE_BYTES).saturating_sub(held);
        if missing == 0 {
            return Ok(());
        }
        let missing = u32::try_from(missing).map_err(|_| Refusal::Busy)?;
        let more = Arc::clone(&self.budget.0).try_acquire_many_owned(missing);
        self.merge(more.map_err(|_| Refusal::Busy)?);
        Ok(())
    }

    /// Leaves an empty lease of the same budget.
    pub(super) fn take(&mut self) -> Self {
        std::mem::replace(self, self.budget.lease())
    }

    /// Gives back what `bytes` do not need.
    pub(super) fn shrink(&mut self, bytes: usize) {
        if let Some(pieces) = &mut self.pieces {
            let needed = bytes.div_ceil(PIECE_BYTES);
            drop(pieces.split(pieces.num_permits().saturating_sub(needed)));
        }
    }

    fn merge(&mut self, more: OwnedSemaphorePermit) {
        match &mut self.pieces {
            Some(pieces) => pieces.merge(more),
            None => self.pieces = Some(more),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_grows_until_the_budget_is_spent_and_gives_it_back() {
        let budget = Budget::new(4 * PIECE_BYTES);
        let (mut first, mut second) = (budget.lease(), budget.lease());
        assert!(first.cover(1).is_ok());
        assert!(first.cover(3 * PIECE_BYTES).is_ok());
        assert!(matches!(second.cover(2 * PIECE_BYTES), Err(Refusal::Busy)));
        first.shrink(2 * PIECE_BYTES);
        assert!(second.cover(2 * PIECE_BYTES).is_ok());
        drop(first);
        assert!(second.cover(4 * PIECE_BYTES).is_ok());
    }
}
