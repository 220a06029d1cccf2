//! A page is left, and may come back: what becomes of its batches.

use super::exporter::{self, Exporter, with};
use super::{deliver, seal};
use crate::{instrument, platform};

/// Seals all that is queued and sends it, at once, in requests that outlive the page.
pub(crate) fn flush_before_exit() {
    instrument::flush_observers();
    let mut is_all_sealed = false;
    while !is_all_sealed {
        // One by one: a page that is given no more time has done most for the oldest.
        is_all_sealed = with(seal::seal) != Some(true);
        while with(Exporter::may_send_at_exit) == Some(true) && deliver::send_next(true) {}
    }
    with(Exporter::leave_word);
}

/// The page is gone, unless it comes back from the back/forward cache.
pub(super) fn leave() {
    with(|exporter| {
        exporter.is_leaving = true;
        exporter.leave_word();
    });
    flush_before_exit();
}

/// Back from the back/forward cache, or looked at again: the page is not gone after all.
pub(super) fn come_back() {
    with(|exporter| {
        exporter.is_leaving = false;
        exporter.line.come_back();
    });
    exporter::resume();
}

/// The network is there again: that nothing could be reached before says nothing of the receiver.
pub(super) fn reconnect() {
    with(|exporter| {
        if !exporter.is_asked_to_wait {
            exporter.backoff.reset();
        }
    });
    exporter::resume();
}

impl Exporter {
    /// The last chance is worth an attempt, unless the receiver said otherwise.
    fn may_send_at_exit(&mut self) -> bool {
        !self.is_blocked() || !self.is_asked_to_wait
    }

    /// Makes sure of the batches of a page that stays.
    pub(super) fn claim(&mut self) {
        if !self.is_leaving {
            self.line.claim(platform::wall_s());
        }
    }

    /// Whatever is on the shelf of a page that is left is free.
    pub(super) fn leave_word(&mut self) {
        if self.is_leaving {
            self.line.leave();
        }
    }
}
