//! The sealed batches of one page, the oldest first.

use super::batch::{Batch, Label, State, from_text, to_text};
use super::lease::is_alive;
use super::shelf::Keep;
use super::{LONGEST_S, SHELF_UNITS};
use crate::export::{Dropped, Reason};
use crate::platform;

const BATCH: &str = "otel.batch.";
/// Below this the other pages' share of the shelf is not looked at: too many pages would be needed.
const UNSUSPICIOUS_UNITS: usize = 64 * 1024;
/// What a page takes over at a time. More when these are delivered.
const ADOPT_AT_ONCE: usize = 8;
/// That many are more than the one on its way, and the next.
const LONG: usize = 4;

#[derive(Debug)]
pub(crate) struct Line<S> {
    pub(super) shelf: S,
    /// Eight hexadecimal digits.
    pub(super) page: String,
    /// The page that was in this tab before.
    previous: Option<String>,
    numbered: u32,
    pub(super) batches: Vec<Batch>,
    /// Given up here, and not told yet.
    pub(crate) dropped: Dropped,
    /// When the lease was last renewed.
    pub(super) leased_s: u32,
    /// Said that it leaves. It may come back.
    pub(super) has_left: bool,
}

impl<S: Keep> Line<S> {
    pub(crate) fn new(shelf: S, page: String, previous: Option<String>) -> Self {
        Self {
            shelf,
            page,
            previous,
            numbered: 0,
            batches: Vec::new(),
            dropped: Dropped::default(),
            leased_s: 0,
            has_left: false,
        }
    }

    /// Puts a batch at the end of the line, and on the shelf.
    pub(crate) fn push(&mut self, label: Label, body: Vec<u8>) {
        self.numbered += 1;
        let number = self.numbered;
        let mut batch = Batch {
            number,
            label,
            body,
            state: State::Waiting,
            is_stored: false,
        };
        self.store(&mut batch);
        self.batches.push(batch);
        if self.has_left {
            self.leave();
        }
        while self.is_too_large() {
            self.give_up_one();
        }
    }

    pub(super) fn store(&self, batch: &mut Batch) {
        if !S::EXISTS {
            return;
        }
        let text = to_text(&batch.label, &batch.body);
        batch.is_stored = self.shelf.set(&key(&self.page, batch.number), &text);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.batches.is_empty()
    }

    /// Batches come faster than they go.
    pub(crate) fn is_long(&self) -> bool {
        self.batches.len() >= LONG
    }

    /// The oldest batch that nobody is sending yet.
    pub(crate) fn next(&mut self) -> Option<&mut Batch> {
        let is_next = |batch: &&mut Batch| batch.state == State::Waiting;
        self.batches.iter_mut().find(is_next)
    }

    pub(crate) fn find(&mut self, number: u32) -> Option<&mut Batch> {
        self.batches.iter_mut().find(|batch| batch.number == number)
    }

    /// A receiver has answered for the batch, or it lives on in others.
    pub(crate) fn remove(&mut self, number: u32) -> Option<Batch> {
        let index = self
            .batches
            .iter()
            .position(|batch| batch.number == number)?;
        if S::EXISTS {
            self.shelf.remove(&key(&self.page, number));
        }
        let batch = self.batches.remove(index);
        self.end_lease();
        Some(batch)
    }

    /// Gives a batch up and counts its spans.
    pub(crate) fn give_up(&mut self, number: u32, reason: Reason) {
        if let Some(batch) = self.remove(number) {
            self.count(&batch.label, reason);
        }
    }

    fn count(&mut self, label: &Label, reason: Reason) {
        self.dropped.add(&label.dropped);
        self.dropped.count(reason, label.spans);
    }

    pub(crate) fn give_up_old(&mut self, now_s: u32) {
        let is_old = |batch: &&Batch| is_old(&batch.label, now_s);
        while let Some(number) = self.batches.iter().find(is_old).map(|batch| batch.number) {
            self.give_up(number, Reason::Expired);
        }
    }

    fn is_too_large(&self) -> bool {
        let own: usize = self.batches.iter().map(|batch| batch.body.len()).sum();
        own > UNSUSPICIOUS_UNITS && self.batches.len() > 1 && own.max(self.shelved()) > SHELF_UNITS
    }

    /// Of all pages.
    fn shelved(&self) -> usize {
        let mut units = 0;
        for key in self.shelf.keys() {
            if key.starts_with(BATCH) {
                units += self.shelf.length(&key);
            }
        }
        units
    }

    /// The oldest without an error, or the oldest of all.
    fn give_up_one(&mut self) {
        let expendable = self.batches.iter().find(|batch| !batch.label.has_error);
        if let Some(batch) = expendable.or(self.batches.first()) {
            self.give_up(batch.number, Reason::QueueFull);
        }
    }

    /// Takes over some of what other pages left behind. Callers see to it that only one page does
    /// so at a time. True when there may be more.
    pub(crate) fn adopt(&mut self, now_s: u32) -> bool {
        let mut room = ADOPT_AT_ONCE.saturating_sub(self.batches.len());
        for key in self.shelf.keys() {
            let owner = key.strip_prefix(BATCH).and_then(|rest| rest.get(..8));
            if let Some(owner) = owner.filter(|owner| room > 0 && *owner != self.page) {
                room -= usize::from(self.adopt_one(&key, owner, now_s));
            }
        }
        self.tidy_leases(now_s);
        room == 0
    }

    fn adopt_one(&mut self, key: &str, owner: &str, now_s: u32) -> bool {
        let is_mine = self.previous.as_deref() == Some(owner);
        let lease = self.lease(owner);
        if !is_mine && lease.is_some_and(|since_s| is_alive(since_s, now_s)) {
            return false;
        }
        let text = self.shelf.get(key).unwrap_or_default();
        let Some((label, body)) = from_text(&text) else {
            self.shelf.remove(key);
            return false;
        };
        if !is_mine && lease.is_none() && is_alive(label.sealed_s, now_s) {
            return false;
        }
        self.shelf.remove(key);
        if is_old(&label, now_s) {
            self.count(&label, Reason::Expired);
            return false;
        }
        self.push(label, body);
        true
    }
}

pub(super) fn key(page: &str, number: u32) -> String {
    [BATCH, page, ".", &hex(number)].concat()
}

pub(super) fn holds_batches(keys: &[String], page: &str) -> bool {
    let of_page = [BATCH, page].concat();
    keys.iter().any(|key| key.starts_with(&of_page))
}

fn is_old(label: &Label, now_s: u32) -> bool {
    now_s.saturating_sub(label.sealed_s) > LONGEST_S
}

/// A name for this page's keys.
pub(crate) fn new_page() -> String {
    let mut bytes = [0; 4];
    platform::fill_random(&mut bytes);
    hex(u32::from_le_bytes(bytes))
}

/// Eight digits, so that keys in order are batches in order.
fn hex(number: u32) -> String {
    let mut digits = String::with_capacity(8);
    crate::hex::push(&mut digits, &number.to_be_bytes());
    digits
}
