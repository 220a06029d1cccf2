//! Whose batches are whose: a page that is heard of keeps its own.

use super::LEASE_S;
use super::batch::{seconds_from_text, seconds_to_text};
use super::line::Line;
use super::shelf::Keep;

const LEASE: &str = "otel.lease.";
/// A lease is renewed this often, if at all: most batches are delivered long before.
const RENEW_S: u32 = 60;

/// Whether a page that was heard of at `since_s` still is there.
pub(super) fn is_alive(since_s: u32, now_s: u32) -> bool {
    now_s.saturating_sub(since_s) <= LEASE_S
}

impl<S: Keep> Line<S> {
    /// Makes sure of what the page holds, once a minute at least while it holds anything.
    pub(crate) fn claim(&mut self, now_s: u32) {
        if !S::EXISTS {
            return;
        }
        self.let_go(now_s);
        let last_s = |sealed_s: u32| self.leased_s.max(sealed_s);
        let is_due = |sealed_s| now_s.saturating_sub(last_s(sealed_s)) >= RENEW_S;
        let mut batches = self.batches.iter();
        if self.has_left || batches.any(|batch| is_due(batch.label.sealed_s)) {
            self.has_left = false;
            self.set_lease(now_s);
        }
    }

    /// What was not heard of for too long, and is no longer on the shelf, has another owner now.
    fn let_go(&mut self, now_s: u32) {
        let (shelf, page, leased_s) = (&self.shelf, &self.page, self.leased_s);
        let has_left = self.has_left;
        self.batches.retain(|batch| {
            let heard_of_s = leased_s.max(batch.label.sealed_s);
            let is_safe = !has_left && is_alive(heard_of_s, now_s);
            is_safe || !batch.is_stored || shelf.length(&super::line::key(page, batch.number)) > 0
        });
    }

    /// What is left may be taken over by anybody, from now on.
    pub(crate) fn leave(&mut self) {
        self.has_left = true;
        self.set_lease(0);
        self.end_lease();
    }

    fn set_lease(&mut self, seconds: u32) {
        if self.is_on_shelf() {
            self.leased_s = seconds;
            let text = seconds_to_text(seconds);
            self.shelf.set(&[LEASE, &self.page].concat(), &text);
        }
    }

    fn is_on_shelf(&self) -> bool {
        S::EXISTS && self.batches.iter().any(|batch| batch.is_stored)
    }

    /// Who holds nothing needs no lease.
    pub(super) fn end_lease(&mut self) {
        if S::EXISTS && !self.is_on_shelf() && (self.leased_s > 0 || self.has_left) {
            self.leased_s = 0;
            self.shelf.remove(&[LEASE, &self.page].concat());
        }
    }

    /// When `owner` was last heard of, if it has a lease.
    pub(super) fn lease(&self, owner: &str) -> Option<u32> {
        let text = self.shelf.get(&[LEASE, owner].concat())?;
        Some(seconds_from_text(&text))
    }

    /// Removes the leases of pages that left nothing, or nothing any more.
    pub(super) fn tidy_leases(&self, now_s: u32) {
        let keys = self.shelf.keys();
        for key in &keys {
            let owner = key.strip_prefix(LEASE).filter(|owner| *owner != self.page);
            let is_over = |owner: &&str| {
                !self
                    .lease(owner)
                    .is_some_and(|since_s| is_alive(since_s, now_s))
                    && !super::line::holds_batches(&keys, owner)
            };
            if owner.is_some_and(|owner| is_over(&owner)) {
                self.shelf.remove(key);
            }
        }
    }
}
