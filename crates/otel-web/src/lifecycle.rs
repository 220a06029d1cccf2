//! Events of the page's life cycle, after which the page may be gone.
//!
//! `pagehide` is the last event of every navigation and every closed tab. `visibilitychange` may be
//! the last event before a phone kills a page in the background. `unload` would keep the page out of
//! the back/forward cache. The listeners are on `window`, in the capture phase, so that they run
//! before all listeners of the page.

use web_sys::Window;

use crate::browser::js;
use crate::browser::listener::listen;
use crate::causality::paint;
use crate::export::schedule;
use crate::instrument;
use crate::trace::{pipeline, session};

pub(crate) fn install(window: &Window) {
    listen(window, "pagehide", |_| leave());
    listen(window, "freeze", |_| pause());
    listen(window, "pageshow", |event| {
        if js::is(event, "persisted") {
            schedule::resume();
        }
    });
    listen(window, "prerenderingchange", |_| schedule::activate());
    listen(window, "online", |_| schedule::reconnect());
    listen(window, "visibilitychange", |_| {
        if js::is(&js::global("document"), "hidden") {
            pause();
        } else {
            schedule::resume();
        }
    });
}

/// Flushes a page that may continue later. Active spans stay active.
fn pause() {
    paint::end_waiting();
    instrument::before_exit();
    session::save();
    schedule::flush_before_exit();
}

/// Ends all active spans, children first, and flushes. Roots get the outcome `abandoned`.
fn leave() {
    paint::end_waiting();
    instrument::before_exit();
    pipeline::end_all(&|_| true, "abandoned");
    session::save();
    schedule::leave();
}
