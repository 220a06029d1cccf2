//! The batches of one page, oldest first.

use crate::browser::{diagnostics, platform};
use crate::core::drops::{DropCounts, DropReason};
use crate::export::storage::batch::{Batch, BatchHeader, from_bytes, number, to_bytes};
use crate::export::storage::batch_state::{BatchEvent, BatchState, Transition};
use crate::export::storage::key_value_store::KeyValueStore;

/// How long a page may be silent before others adopt its batches. Timers of a page in the background
/// fire once a minute.
const LEASE_DURATION_S: u32 = 150;
/// Older batches are dropped.
const MAX_BATCH_AGE_S: u32 = 24 * 60 * 60;
/// The maximum size of all stored batches, in UTF-16 code units. Browsers count two bytes for each.
/// This is half of what they grant an origin, and leaves the other half to the application.
const MAX_STORED_UNITS: usize = 5 * 1024 * 1024 / 2;
const BATCH_PREFIX: &str = "otel.batch.";
const LEASE_PREFIX: &str = "otel.lease.";
/// While a page's own batches are smaller, the total of all pages is not computed: many pages would
/// be needed to reach the limit.
const MIN_CHECKED_UNITS: usize = 64 * 1024;
/// How many batches a page adopts at once. It adopts more when these are delivered.
const MAX_ADOPTED_BATCHES: usize = 8;
/// With this many batches, building is faster than delivery: more than one in flight and the next.
const BACKLOG_BATCHES: usize = 4;
/// How often a lease is renewed. Most batches are delivered before the first time.
const LEASE_RENEWAL_S: u32 = 60;

/// The batches of one page, oldest first. See the [parent module](super) for storage and leases.
#[derive(Debug)]
pub(crate) struct BatchQueue<S> {
    storage: S,
    /// Eight hexadecimal digits.
    page_id: String,
    /// The id of the page that was in this tab before.
    previous_page_id: Option<String>,
    last_number: u32,
    batches: Vec<Batch>,
    /// Dropped spans that no batch has reported yet.
    pub(crate) drops: DropCounts,
    /// When the lease was last renewed. 0 if there is none.
    leased_s: u32,
    /// The page has announced its departure. It may still come back.
    has_departed: bool,
}

impl<S: KeyValueStore> BatchQueue<S> {
    pub(crate) fn new(storage: S, page_id: String, previous_page_id: Option<String>) -> Self {
        Self {
            storage,
            page_id,
            previous_page_id,
            last_number: 0,
            batches: Vec::new(),
            drops: DropCounts::default(),
            leased_s: 0,
            has_departed: false,
        }
    }
}

/// Queuing.
impl<S: KeyValueStore> BatchQueue<S> {
    /// Appends a batch and stores it. Drops older batches if the storage limit is exceeded.
    pub(crate) fn push(&mut self, header: BatchHeader, body: Vec<u8>) {
        self.last_number += 1;
        let number = self.last_number;
        let mut batch = Batch {
            number,
            header,
            body,
            state: BatchState::Queued,
            is_stored: false,
        };
        self.store(&mut batch);
        self.batches.push(batch);
        if self.has_departed {
            self.announce_departure();
        }
        while self.is_too_large() {
            self.drop_oldest();
        }
    }

    fn store(&self, batch: &mut Batch) {
        if !S::IS_AVAILABLE {
            return;
        }
        let bytes = to_bytes(&batch.header, &batch.body);
        batch.is_stored = self
            .storage
            .set(&batch_key(&self.page_id, batch.number), &bytes);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.batches.is_empty()
    }

    /// Whether batches are built faster than they are delivered.
    pub(crate) fn has_backlog(&self) -> bool {
        self.batches.len() >= BACKLOG_BATCHES
    }

    /// Returns the oldest batch that is not in flight.
    pub(crate) fn next(&self) -> Option<&Batch> {
        let is_queued = |batch: &&Batch| batch.state == BatchState::Queued;
        self.batches.iter().find(is_queued)
    }

    pub(crate) fn find(&self, number: u32) -> Option<&Batch> {
        self.batches.iter().find(|batch| batch.number == number)
    }

    /// Changes the state of a batch. One that is closed is removed, and its spans are counted if nobody
    /// will receive them. Does nothing if the page no longer has the batch.
    pub(crate) fn apply(&mut self, number: u32, event: BatchEvent) {
        let Some(index) = self.position(number) else {
            return;
        };
        match self.batches[index].state.on(event) {
            Some(Transition::To(state)) => self.batches[index].state = state,
            Some(Transition::Closed(dropped)) => self.close(index, event, dropped),
            None => diagnostics::warn_once("a batch is in the wrong state; please report this"),
        }
    }

    fn position(&self, number: u32) -> Option<usize> {
        self.batches.iter().position(|batch| batch.number == number)
    }

    fn close(&mut self, index: usize, event: BatchEvent, dropped: Option<DropReason>) {
        let batch = self.batches.remove(index);
        // The new owner has stored it under its own key.
        if S::IS_AVAILABLE && event != BatchEvent::Adopted {
            self.storage.remove(&batch_key(&self.page_id, batch.number));
        }
        if let Some(reason) = dropped {
            self.count_dropped(&batch.header, reason);
        }
        self.release_lease();
    }

    /// Drops the batches that are older than [`MAX_BATCH_AGE_S`].
    pub(crate) fn drop_expired(&mut self, now_s: u32) {
        let is_expired = |batch: &&Batch| is_expired(&batch.header, now_s);
        while let Some(batch) = self.batches.iter().find(is_expired) {
            self.apply(batch.number, BatchEvent::Expired);
        }
    }

    /// Drops the oldest batch without an error, or else the oldest of all.
    fn drop_oldest(&mut self) {
        let without_error = self.batches.iter().find(|batch| !batch.header.has_error);
        if let Some(batch) = without_error.or(self.batches.first()) {
            self.apply(batch.number, BatchEvent::Evicted);
        }
    }

    /// Counts the spans of a dropped batch, and those whose loss it would have reported.
    fn count_dropped(&mut self, header: &BatchHeader, reason: DropReason) {
        self.drops.merge(&header.drops);
        self.drops.add(reason, header.span_count);
    }

    fn is_too_large(&self) -> bool {
        let own: usize = self.batches.iter().map(|batch| batch.body.len()).sum();
        own > MIN_CHECKED_UNITS
            && self.batches.len() > 1
            && own.max(self.stored_units()) > MAX_STORED_UNITS
    }

    /// Returns the size of the stored batches of all pages.
    fn stored_units(&self) -> usize {
        let mut units = 0;
        for key in self.storage.keys() {
            if key.starts_with(BATCH_PREFIX) {
                units += self.storage.length(&key);
            }
        }
        units
    }
}

/// Leaving the page and coming back.
///
/// When a page is left, its requests end without a response, as far as the page can tell. Those with
/// `keepalive` may arrive nevertheless, or may be refused later, for instance because requests of the
/// page itself use up what browsers allow. A batch therefore stays stored until there is a response,
/// and the next page sends it again. Receivers identify the copies by their span ids.
impl<S: KeyValueStore> BatchQueue<S> {
    /// Allows all pages to adopt the batches.
    pub(crate) fn announce_departure(&mut self) {
        self.has_departed = true;
        self.set_lease(0);
        self.release_lease();
    }

    /// Queues the unconfirmed batches again, since the page has come back.
    pub(crate) fn restore(&mut self) {
        let is_unconfirmed = |batch: &&Batch| batch.state == BatchState::Unconfirmed;
        while let Some(batch) = self.batches.iter().find(is_unconfirmed) {
            self.apply(batch.number, BatchEvent::Returned);
        }
    }
}

/// Leases.
impl<S: KeyValueStore> BatchQueue<S> {
    /// Renews the lease if it is due. To be called at least once a minute while there are batches.
    pub(crate) fn renew_lease(&mut self, now_s: u32) {
        if !S::IS_AVAILABLE {
            return;
        }
        self.forget_adopted(now_s);
        let is_due = |batch: &Batch| {
            let last_seen_s = self.leased_s.max(batch.header.built_s);
            now_s.saturating_sub(last_seen_s) >= LEASE_RENEWAL_S
        };
        if self.has_departed || self.batches.iter().any(is_due) {
            self.has_departed = false;
            self.set_lease(now_s);
        }
    }

    /// Forgets batches that another page has adopted, after this page was silent for too long.
    fn forget_adopted(&mut self, now_s: u32) {
        let is_adopted = |batch: &&Batch| {
            let last_seen_s = self.leased_s.max(batch.header.built_s);
            let is_owned = !self.has_departed && is_alive(last_seen_s, now_s);
            let key = batch_key(&self.page_id, batch.number);
            !is_owned && batch.is_stored && self.storage.length(&key) == 0
        };
        let adopted: Vec<u32> = self
            .batches
            .iter()
            .filter(is_adopted)
            .map(|batch| batch.number)
            .collect();
        for number in adopted {
            self.apply(number, BatchEvent::Adopted);
        }
    }

    fn set_lease(&mut self, seconds: u32) {
        if self.has_stored_batch() {
            self.leased_s = seconds;
            let key = [LEASE_PREFIX, &self.page_id].concat();
            self.storage.set(&key, &seconds.to_le_bytes());
        }
    }

    fn has_stored_batch(&self) -> bool {
        S::IS_AVAILABLE && self.batches.iter().any(|batch| batch.is_stored)
    }

    /// Removes the lease of a page without stored batches.
    fn release_lease(&mut self) {
        let may_have_lease = self.leased_s > 0 || self.has_departed;
        if S::IS_AVAILABLE && !self.has_stored_batch() && may_have_lease {
            self.leased_s = 0;
            self.storage.remove(&[LEASE_PREFIX, &self.page_id].concat());
        }
    }

    /// Returns when a page has last renewed its lease, if it has one.
    fn lease(&self, page_id: &str) -> Option<u32> {
        let bytes = self.storage.get(&[LEASE_PREFIX, page_id].concat())?;
        Some(number(&bytes))
    }

    /// Removes expired leases of pages without batches.
    fn remove_expired_leases(&self, now_s: u32) {
        let keys = self.storage.keys();
        for key in &keys {
            let owner = key
                .strip_prefix(LEASE_PREFIX)
                .filter(|owner| *owner != self.page_id);
            let is_expired = |owner: &&str| {
                !self
                    .lease(owner)
                    .is_some_and(|leased_s| is_alive(leased_s, now_s))
                    && !has_batches(&keys, owner)
            };
            if owner.is_some_and(|owner| is_expired(&owner)) {
                self.storage.remove(key);
            }
        }
    }
}

/// Adopting batches of other pages.
impl<S: KeyValueStore> BatchQueue<S> {
    /// Adopts some batches of pages that are gone. Returns whether there may be more. The caller
    /// ensures that only one page does so at a time.
    pub(crate) fn adopt(&mut self, now_s: u32) -> bool {
        let mut capacity = MAX_ADOPTED_BATCHES.saturating_sub(self.batches.len());
        for key in self.storage.keys() {
            let owner = key
                .strip_prefix(BATCH_PREFIX)
                .and_then(|rest| rest.get(..8));
            if let Some(owner) = owner.filter(|owner| capacity > 0 && *owner != self.page_id) {
                capacity -= usize::from(self.adopt_batch(&key, owner, now_s));
            }
        }
        self.remove_expired_leases(now_s);
        capacity == 0
    }

    fn adopt_batch(&mut self, key: &str, owner: &str, now_s: u32) -> bool {
        let is_of_this_tab = self.previous_page_id.as_deref() == Some(owner);
        let lease = self.lease(owner);
        if !is_of_this_tab && lease.is_some_and(|leased_s| is_alive(leased_s, now_s)) {
            return false;
        }
        let bytes = self.storage.get(key).unwrap_or_default();
        let Some((header, body)) = from_bytes(bytes) else {
            self.storage.remove(key);
            return false;
        };
        if !is_of_this_tab && lease.is_none() && is_alive(header.built_s, now_s) {
            return false;
        }
        self.storage.remove(key);
        if is_expired(&header, now_s) {
            self.count_dropped(&header, DropReason::Expired);
            return false;
        }
        self.push(header, body);
        true
    }
}

fn batch_key(page_id: &str, number: u32) -> String {
    [BATCH_PREFIX, page_id, ".", &hex(number)].concat()
}

fn has_batches(keys: &[String], page_id: &str) -> bool {
    let prefix = [BATCH_PREFIX, page_id].concat();
    keys.iter().any(|key| key.starts_with(&prefix))
}

fn is_expired(header: &BatchHeader, now_s: u32) -> bool {
    now_s.saturating_sub(header.built_s) > MAX_BATCH_AGE_S
}

/// Whether a page that was last seen at `last_seen_s` is assumed to exist.
fn is_alive(last_seen_s: u32, now_s: u32) -> bool {
    now_s.saturating_sub(last_seen_s) <= LEASE_DURATION_S
}

/// Generates an id for this page's keys.
pub(crate) fn new_page_id() -> String {
    let mut bytes = [0; 4];
    platform::fill_random(&mut bytes);
    hex(u32::from_le_bytes(bytes))
}

/// Formats eight digits, so that sorted keys are in the order of their batches.
fn hex(number: u32) -> String {
    let mut digits = String::with_capacity(8);
    crate::core::hex::push(&mut digits, &number.to_be_bytes());
    digits
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;
