//! The memory limit of all requests in flight.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Notify, OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use super::IngestError;

/// The unit in which memory is leased.
const UNIT_BYTES: usize = 16 * 1024;

/// The part of the budget that is to be free when a body starts to be read: one eighth. Bodies that
/// arrive slowly reserve memory without progress, so the oldest of them is evicted.
const FREE_DIVISOR: usize = 8;

/// How long a new body waits for an old one to be evicted.
const EVICTION_TIMEOUT: Duration = Duration::from_secs(1);

/// The memory for bodies that are read, decoded and stored. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct Budget(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    free: Arc<Semaphore>,
    units: usize,
    reading: Mutex<Readers>,
    /// Notified when a body is complete or evicted.
    freed: Notify,
}

/// Incomplete bodies, oldest first.
#[derive(Debug, Default)]
struct Readers {
    last: u64,
    evictions: BTreeMap<u64, Arc<Notify>>,
}

/// A body that is being read.
#[derive(Debug)]
pub(super) struct Reading {
    budget: Budget,
    number: u64,
    eviction: Arc<Notify>,
}

impl Budget {
    pub(super) fn new(bytes: usize) -> Self {
        let units = bytes.div_ceil(UNIT_BYTES);
        Self(Arc::new(Inner {
            free: Arc::new(Semaphore::new(units)),
            units,
            reading: Mutex::default(),
            freed: Notify::new(),
        }))
    }

    /// Registers a body, after evicting older ones if little memory is free.
    pub(super) async fn start_reading(&self) -> Reading {
        // After the timeout, a body that needs more than is free gets a 503.
        let _ = timeout(EVICTION_TIMEOUT, self.evict_oldest()).await;
        let eviction = Arc::<Notify>::default();
        let mut readers = self.readers();
        readers.last += 1;
        let number = readers.last;
        readers.evictions.insert(number, Arc::clone(&eviction));
        Reading {
            budget: self.clone(),
            number,
            eviction,
        }
    }

    async fn evict_oldest(&self) {
        while self.0.free.available_permits() < self.0.units / FREE_DIVISOR {
            let freed = self.0.freed.notified();
            let Some((_, oldest)) = self.readers().evictions.pop_first() else {
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
            units: None,
        }
    }
}

impl Reading {
    /// Completes when a newer body needs the memory.
    pub(super) async fn evicted(&self) {
        self.eviction.notified().await;
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.budget.readers().evictions.remove(&self.number);
        self.budget.0.freed.notify_waiters();
    }
}

/// One request's part of the budget. Dropping it returns the memory.
#[derive(Debug)]
pub(super) struct Lease {
    budget: Budget,
    units: Option<OwnedSemaphorePermit>,
}

impl Lease {
    /// Extends the lease to `bytes`. Fails instead of waiting: requests that have a part each and wait
    /// for the rest would deadlock.
    pub(super) fn reserve(&mut self, bytes: usize) -> Result<(), IngestError> {
        let leased = self
            .units
            .as_ref()
            .map_or(0, OwnedSemaphorePermit::num_permits);
        let missing = bytes.div_ceil(UNIT_BYTES).saturating_sub(leased);
        if missing == 0 {
            return Ok(());
        }
        let missing = u32::try_from(missing).map_err(|_| IngestError::Busy)?;
        let more = Arc::clone(&self.budget.0.free).try_acquire_many_owned(missing);
        self.merge(more.map_err(|_| IngestError::Busy)?);
        Ok(())
    }

    /// Returns the lease, and leaves an empty one of the same budget.
    pub(super) fn take(&mut self) -> Self {
        std::mem::replace(self, self.budget.lease())
    }

    /// Returns memory above `bytes` to the budget.
    pub(super) fn shrink(&mut self, bytes: usize) {
        if let Some(units) = &mut self.units {
            let needed = bytes.div_ceil(UNIT_BYTES);
            drop(units.split(units.num_permits().saturating_sub(needed)));
        }
    }

    fn merge(&mut self, more: OwnedSemaphorePermit) {
        match &mut self.units {
            Some(units) => units.merge(more),
            None => self.units = Some(more),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lease_grows_up_to_the_budget_and_returns_it() {
        let budget = Budget::new(4 * UNIT_BYTES);
        let (mut first, mut second) = (budget.lease(), budget.lease());
        assert!(first.reserve(1).is_ok());
        assert!(first.reserve(3 * UNIT_BYTES).is_ok());
        assert!(matches!(
            second.reserve(2 * UNIT_BYTES),
            Err(IngestError::Busy)
        ));
        first.shrink(2 * UNIT_BYTES);
        assert!(second.reserve(2 * UNIT_BYTES).is_ok());
        drop(first);
        assert!(second.reserve(4 * UNIT_BYTES).is_ok());
    }
}
