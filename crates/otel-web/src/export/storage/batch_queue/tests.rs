//! The rules of the batch queue, one by one.

mod model;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use super::*;
use crate::export::storage::batch;

/// A store that all pages share, like that of an origin.
#[derive(Clone, Debug, Default)]
struct SharedStore {
    values: Rc<RefCell<BTreeMap<String, Vec<u8>>>>,
    is_full: Rc<Cell<bool>>,
}

impl KeyValueStore for SharedStore {
    fn get(&self, key: &str) -> Option<Vec<u8>> {
        self.values.borrow().get(key).cloned()
    }

    fn set(&self, key: &str, value: &[u8]) -> bool {
        let fits = !self.is_full.get();
        if fits {
            let mut values = self.values.borrow_mut();
            values.insert(key.to_owned(), value.to_owned());
        }
        fits
    }

    fn remove(&self, key: &str) {
        self.values.borrow_mut().remove(key);
    }

    fn keys(&self) -> Vec<String> {
        self.values.borrow().keys().cloned().collect()
    }

    fn length(&self, key: &str) -> usize {
        self.get(key).map_or(0, |value| value.len())
    }
}

fn header(now_s: u32) -> BatchHeader {
    BatchHeader {
        built_s: now_s,
        span_count: 1,
        ..BatchHeader::default()
    }
}

fn page(store: &SharedStore, id: u32, previous: Option<String>) -> BatchQueue<SharedStore> {
    BatchQueue::new(store.clone(), format!("{id:08x}"), previous)
}

/// Returns the first byte of each batch, by which the tests identify them.
fn bodies(queue: &BatchQueue<SharedStore>) -> Vec<u8> {
    queue.batches.iter().map(|batch| batch.body[0]).collect()
}

const NOW_S: u32 = 1_790_000_000;

#[test]
fn stored_batch_is_read_back() {
    let header = BatchHeader {
        has_error: true,
        drops: DropCounts([1, 2, 300, 4, 5]),
        ..header(NOW_S)
    };
    let body: Vec<u8> = (0..=255).collect();
    let read = batch::from_bytes(batch::to_bytes(&header, &body));
    assert_eq!(read, Some((header, body)));
    assert_eq!(batch::from_bytes(b"something else".to_vec()), None);
}

#[test]
fn next_page_of_the_tab_adopts_batches_at_once() {
    let store = SharedStore::default();
    let mut crashed = page(&store, 1, None);
    crashed.push(header(NOW_S), vec![7]);
    let mut other_tab = page(&store, 2, None);
    other_tab.adopt(NOW_S);
    let mut reloaded = page(&store, 3, Some(crashed.page_id.clone()));
    reloaded.adopt(NOW_S);
    assert_eq!((bodies(&other_tab), bodies(&reloaded)), (vec![], vec![7]));
    reloaded.apply(1, BatchEvent::Sent);
    reloaded.apply(1, BatchEvent::Confirmed);
    assert_eq!(store.keys(), [""; 0]);
}

#[test]
fn any_page_adopts_batches_after_departure() {
    let store = SharedStore::default();
    let mut closed = page(&store, 1, None);
    closed.push(header(NOW_S), vec![7]);
    closed.announce_departure();
    let mut other = page(&store, 2, None);
    other.adopt(NOW_S);
    assert_eq!(bodies(&other), [7]);
    // The page is back from the back/forward cache. The batch belongs to the other one now.
    closed.renew_lease(NOW_S + 1);
    assert_eq!(bodies(&closed), [0; 0]);
}

/// Leaves a page whose only batch is in flight.
fn leave_while_sending(queue: &mut BatchQueue<SharedStore>) {
    queue.push(header(NOW_S), vec![7]);
    queue.apply(1, BatchEvent::Sent);
    queue.announce_departure();
}

#[test]
fn next_page_adopts_a_batch_without_a_response() {
    let store = SharedStore::default();
    let mut left = page(&store, 1, None);
    leave_while_sending(&mut left);
    let mut next = page(&store, 2, None);
    next.adopt(NOW_S);
    assert_eq!(bodies(&next), [7]);
}

#[test]
fn unconfirmed_batch_is_queued_again_when_the_page_comes_back() {
    let store = SharedStore::default();
    let mut left = page(&store, 1, None);
    leave_while_sending(&mut left);
    left.apply(1, BatchEvent::Left);
    assert!(left.next().is_none());
    left.renew_lease(NOW_S + 1);
    left.restore();
    assert_eq!(left.next().map(|batch| batch.body[0]), Some(7));
}

#[test]
fn page_with_a_renewed_lease_keeps_its_batches_during_an_outage() {
    let store = SharedStore::default();
    let mut owner = page(&store, 1, None);
    let mut other = page(&store, 2, None);
    owner.push(header(NOW_S), vec![7]);
    for minute in 0..30 {
        owner.renew_lease(NOW_S + 60 * minute);
        other.adopt(NOW_S + 60 * minute + 59);
    }
    assert_eq!((bodies(&owner), bodies(&other)), (vec![7], vec![]));
    other.adopt(NOW_S + 60 * 29 + LEASE_DURATION_S + 1);
    assert_eq!(bodies(&other), [7]);
}

#[test]
fn batches_older_than_a_day_are_dropped_and_counted() {
    let store = SharedStore::default();
    page(&store, 1, None).push(header(NOW_S), vec![7]);
    let mut late = page(&store, 2, None);
    late.push(header(NOW_S), vec![8]);
    late.adopt(NOW_S + MAX_BATCH_AGE_S + 1);
    late.drop_expired(NOW_S + MAX_BATCH_AGE_S + 1);
    assert_eq!(late.drops.0, [0, 0, 2, 0, 0]);
    assert_eq!(store.keys(), [""; 0]);
}

#[test]
fn oldest_batch_without_an_error_is_dropped_above_the_limit() {
    let store = SharedStore::default();
    let mut queue = page(&store, 1, None);
    let error = BatchHeader {
        has_error: true,
        ..header(NOW_S)
    };
    let large = || vec![7; MAX_STORED_UNITS / 4];
    queue.push(error, vec![0; MAX_STORED_UNITS / 4]);
    for _ in 0..4 {
        queue.push(header(NOW_S), large());
    }
    assert_eq!(bodies(&queue), [0, 7, 7]);
    assert_eq!(queue.drops.0, [2, 0, 0, 0, 0]);
    let stored: usize = store.keys().iter().map(|key| store.length(key)).sum();
    assert!(stored <= MAX_STORED_UNITS);
}

#[test]
fn batches_stay_in_memory_while_the_store_is_full() {
    let store = SharedStore::default();
    store.is_full.set(true);
    let mut queue = page(&store, 1, None);
    queue.push(header(NOW_S), vec![7]);
    queue.renew_lease(NOW_S + 10 * LEASE_DURATION_S);
    assert_eq!(bodies(&queue), [7]);
}

#[test]
fn unrelated_values_are_kept_and_malformed_batches_removed() {
    let store = SharedStore::default();
    store.set("otel.batch.00000001.00000001", b"short");
    store.set("otel.batch.ü", b"x");
    store.set("cart", b"17");
    let mut queue = page(&store, 2, None);
    queue.adopt(NOW_S);
    assert!(queue.is_empty());
    assert_eq!(store.get("cart").as_deref(), Some(&b"17"[..]));
}

#[test]
fn impossible_event_leaves_the_batch_as_it_is() {
    let mut queue = page(&SharedStore::default(), 1, None);
    queue.push(header(NOW_S), vec![7]);
    queue.apply(1, BatchEvent::Confirmed);
    assert_eq!(
        queue.next().map(|batch| batch.state),
        Some(BatchState::Queued)
    );
}
