//! The number of open streams, in total and of each account.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::LiveLimits;
use crate::{Error, error::Failure};

/// The `Retry-After` for an account with too many streams.
const RETRY_AFTER: Duration = Duration::from_secs(60);

/// Open streams by account. Accounts without a stream have no entry.
#[derive(Clone, Debug, Default)]
pub(super) struct Slots(Arc<Mutex<HashMap<i64, usize>>>);

impl Slots {
    /// Takes a slot for a stream.
    pub(super) fn take(&self, user_id: i64, limits: LiveLimits) -> Result<Slot, Error> {
        let mut streams = self.lock();
        let of_account = streams.get(&user_id).copied().unwrap_or_default();
        if of_account >= limits.streams_per_account {
            return Err(Error::TooManyRequests(RETRY_AFTER));
        }
        if streams.values().sum::<usize>() >= limits.streams {
            let cause = "too many event streams are open";
            return Err(Failure::unavailable("live::Slots", cause).into());
        }
        streams.insert(user_id, of_account + 1);
        Ok(Slot {
            slots: self.clone(),
            user_id,
        })
    }

    /// Returns whether one of these accounts has a stream.
    pub(super) fn any_of(&self, user_ids: [i64; 2]) -> bool {
        let streams = self.lock();
        user_ids.iter().any(|id| streams.contains_key(id))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<i64, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The slot of an open stream. Dropping it frees the slot.
#[derive(Debug)]
pub(super) struct Slot {
    slots: Slots,
    user_id: i64,
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut streams = self.slots.lock();
        if let Some(count) = streams.get_mut(&self.user_id) {
            *count -= 1;
            if *count == 0 {
                streams.remove(&self.user_id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_limited_in_total_and_per_account_and_freed() {
        let limits = LiveLimits {
            streams: 3,
            streams_per_account: 2,
            ..LiveLimits::default()
        };
        let slots = Slots::default();
        let first = slots.take(1, limits).unwrap();
        assert!(slots.any_of([1, 2]) && slots.any_of([2, 1]) && !slots.any_of([2, 3]));
        let _second = slots.take(1, limits).unwrap();
        let third = slots.take(1, limits);
        assert!(matches!(third, Err(Error::TooManyRequests(_))));
        let _other = slots.take(2, limits).unwrap();
        assert!(matches!(slots.take(3, limits), Err(Error::Failed(_))));
        drop(first);
        let again = slots.take(3, limits).unwrap();
        assert_eq!(slots.lock().len(), 3);
        drop(again);
        assert_eq!(slots.lock().len(), 2);
    }
}
