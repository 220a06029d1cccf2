//! How much memory all requests in flight may hold together.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Notify, OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use super::Refusal;

/// Memory is lent in pieces of this size.
const PIECE_BYTES: usize = 16 * 1024;

/// The share of the budget that is free when a body begins to be read: one in so many. Bodies
/// that arrive slowly hold memory without using it, so the oldest of them gives way.
const FREE_SHARE: usize = 8;

/// How long a new body waits for an old one to give way.
const GIVE_WAY_WITHIN: Duration = Duration::from_secs(1);

/// Bytes that bodies being read, decoded and stored may take up together.
#[derive(Clone, Debug)]
pub(super) struct Budget(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    free: Arc<Semaphore>,
    pieces: usize,
    reading: Mutex<Readers>,
    /// A body has been read, or has given way.
    freed: Notify,
}

/// Bodies that have not arrived completely, the oldest first.
#[derive(Debug, Default)]
struct Readers {
    last: u64,
    give_way: BTreeMap<u64, Arc<Notify>>,
}

/// A body that is being read.
#[derive(Debug)]
pub(super) struct Reading {
    budget: Budget,
    number: u64,
    give_way: Arc<Notify>,
}

impl Budget {
    pub(super) fn new(bytes: usize) -> Self {
        let pieces = bytes.div_ceil(PIECE_BYTES);
        Self(Arc::new(Inner {
            free: Arc::new(Semaphore::new(pieces)),
            pieces,
            reading: Mutex::default(),
            freed: Notify::new(),
        }))
    }

    /// Registers a body, once there is memory for it or no older body gives way.
    pub(super) async fn reading(&self) -> Reading {
        // A body that needs more than is free then is told that the gateway is busy.
        let _ = timeout(GIVE_WAY_WITHIN, self.make_room()).await;
        let give_way = Arc::<Notify>::default();
        let mut readers = self.readers();
        readers.last += 1;
        let number = readers.last;
        readers.give_way.insert(number, Arc::clone(&give_way));
        Reading {
            budget: self.clone(),
            number,
            give_way,
        }
    }

    async fn make_room(&self) {
        while self.0.free.available_permits() < self.0.pieces / FREE_SHARE {
            let freed = self.0.freed.notified();
            let Some((_, oldest)) = self.readers().give_way.pop_first() else {
                return;
            };
            oldest.notify_one();
            freed.await;
        }
    }

    fn readers(&self) -> MutexGuard<'_, Readers> {
        let readers = self.0.reading.lock();
        readers.unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn lease(&self) -> Lease {
        Lease {
            budget: self.clone(),
            pieces: None,
        }
    }
}

impl Reading {
    /// Ready when a newer body needs the memory.
    pub(super) async fn gives_way(&self) {
        self.give_way.notified().await;
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.budget.readers().give_way.remove(&self.number);
        self.budget.0.freed.notify_waiters();
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
        let more = Arc::clone(&self.budget.0.free).try_acquire_many_owned(missing);
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
