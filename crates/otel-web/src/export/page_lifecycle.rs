//! The last moments of a page.
//!
//! `pagehide` is the last event that every navigation and every closed tab brings; `visibilitychange`
//! may be the last that a phone brings before it kills a page in the background. `unload` would keep
//! the page out of the back/forward cache. The listeners sit on `window`, in the capture phase, so
//! that no listener of the page comes between.

use web_sys::Window;

use super::departure::{self, flush_before_exit};
use crate::listener::listen;
use crate::{action, instrument, js, pipeline};

pub(crate) fn install(window: &Window) {
    listen(window, "pagehide", |_| leave());
    listen(window, "freeze", |_| pause());
    listen(window, "pageshow", |event| {
        if js::is(event, "persisted") {
            departure::come_back();
        }
    });
    listen(window, "online", |_| departure::reconnect());
    listen(window, "visibilitychange", |_| {
        if js::is(&js::global("document"), "hidden") {
            pause();
        } else {
            departure::come_back();
        }
    });
}

/// The page may go on later: open spans stay open.
fn pause() {
    action::finish_painting();
    instrument::before_exit();
    flush_before_exit();
}

/// The page is gone. What is open ends here, children first, and roots say that they were abandoned.
fn leave() {
    action::finish_painting();
    instrument::before_exit();
    pipeline::end_all(&|_| true, "abandoned");
    departure::leave();
}
