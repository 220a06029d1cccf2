//! Batches whose answer the page may never read, because it was left.
//!
//! Browsers end the requests of a page that is left, as the page sees it, while those with `keepalive`
//! may arrive. They may also be refused after the page's last chance to hear of it, as when requests
//! of the page itself use up what browsers allow. So the batch stays stored, and the next page sends it
//! again unless an answer comes: receivers tell the copies by their span ids.

use super::batch::State;
use super::line::Line;
use super::shelf::Keep;

impl<S: Keep> Line<S> {
    /// A request ended without an answer. True when that says nothing, as the page was left.
    pub(crate) fn is_cut_off(&mut self, number: u32, is_leaving: bool) -> bool {
        if is_leaving && let Some(batch) = self.find(number) {
            batch.state = State::Unknown;
        }
        is_leaving
    }

    /// The page came back, and may find out.
    pub(crate) fn come_back(&mut self) {
        for batch in &mut self.batches {
            if batch.state == State::Unknown {
                batch.state = State::Waiting;
            }
        }
    }
}
