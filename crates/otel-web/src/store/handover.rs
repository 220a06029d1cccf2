//! Batches whose answer nobody will read, as the page was left.
//!
//! Browsers end the requests of a page that is left, as it sees it, while those with `keepalive`
//! arrive. So silence is no failure any more: such a batch is not sent again by this page. Whether
//! the next one shall do it is the exporter's judgement.

use super::batch::{Batch, State};
use super::line::{Line, key};
use super::shelf::Keep;

impl<S: Keep> Line<S> {
    /// What is in requests that outlive the page is theirs alone.
    pub(crate) fn hand_over(&mut self) {
        for batch in &mut self.batches {
            if batch.state == State::SentToLast {
                batch.state = State::HandedOver;
                batch.is_stored = false;
                self.shelf.remove(&key(&self.page, batch.number));
            }
        }
    }

    /// The receiver is not that well: what was handed over is put on the shelf again.
    pub(crate) fn take_back(&mut self) {
        let mut batches = std::mem::take(&mut self.batches);
        for batch in in_state(&mut batches, State::HandedOver) {
            batch.state = State::SentToLast;
            self.store(batch);
        }
        self.batches = batches;
    }

    /// A request ended without an answer. True when that says nothing, as the page was left.
    pub(crate) fn is_cut_off(&mut self, number: u32, is_leaving: bool) -> bool {
        match self.find(number) {
            Some(batch) if batch.state == State::HandedOver => {
                self.remove(number);
                true
            }
            Some(batch) if is_leaving => {
                batch.state = State::Unknown;
                true
            }
            _ => is_leaving,
        }
    }

    /// The page came back, and may find out.
    pub(crate) fn come_back(&mut self) {
        for batch in in_state(&mut self.batches, State::Unknown) {
            batch.state = State::Waiting;
        }
    }
}

fn in_state(batches: &mut [Batch], state: State) -> impl Iterator<Item = &mut Batch> {
    batches.iter_mut().filter(move |batch| batch.state == state)
}
