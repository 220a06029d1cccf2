//! Whether a page that is left may count on what it sent last.
//!
//! Nobody reads the answer. To send the batch again from the next page doubles it nearly always;
//! to forget it loses it when the receiver was down just then. So it is forgotten only where nothing
//! speaks against the receiver.

use js_sys::Reflect;

use crate::{js, platform};

/// An answer that takes longer may never come.
const PATIENCE_MS: f64 = 3_000.0;

/// What is known of the receiver besides that it failed.
#[derive(Debug, Default)]
pub(super) struct Health {
    /// There are batches that other pages could not deliver, and no answer came since.
    pub(super) is_doubtful: bool,
    asked_ms: f64,
}

impl Health {
    /// A request leaves while so many others wait for their answers.
    pub(super) fn asked(&mut self, waiting: usize) {
        if waiting == 0 {
            self.asked_ms = platform::monotonic_ms();
        }
    }

    /// `is_waiting` says that an answer has not come yet.
    pub(super) fn is_good(&self, is_waiting: bool) -> bool {
        let waited_ms = platform::monotonic_ms() - self.asked_ms;
        let is_overdue = is_waiting && waited_ms > PATIENCE_MS;
        !self.is_doubtful && !is_overdue && can_outlive() && is_online()
    }
}

fn is_online() -> bool {
    js::is(&js::global("navigator"), "onLine")
}

/// Whether this browser knows `keepalive`. One that does not ends every request with its page.
fn can_outlive() -> bool {
    let requests = js::get(&js::global("Request"), "prototype");
    Reflect::has(&requests, &"keepalive".into()).unwrap_or(false)
}
