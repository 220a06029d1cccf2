//! The longest an action may last. One that waits for an answer that never comes would otherwise be
//! seen only when the page is left.

use std::cell::RefCell;

use crate::pipeline;
use crate::platform::{self, Timer};

/// Then it is ended, with the outcome `timeout`. In milliseconds.
pub(super) const CAP_MS: f64 = 30_000.0;

thread_local! {
    static WATCH: RefCell<Option<Watch>> = const { RefCell::new(None) };
}

struct Watch {
    timer: Timer,
    is_set: bool,
}

/// Looks after the actions that are open now, once the cap is over.
pub(super) fn watch() {
    WATCH.with(|cell| {
        let mut watch = cell.borrow_mut();
        let watch = watch.get_or_insert_with(|| Watch {
            timer: Timer::new(check),
            is_set: false,
        });
        if !watch.is_set {
            watch.is_set = true;
            watch.timer.set(CAP_MS);
        }
    });
}

fn check() {
    WATCH.with(|cell| {
        cell.borrow_mut()
            .iter_mut()
            .for_each(|watch| watch.is_set = false)
    });
    let now = platform::monotonic_ms();
    pipeline::end_all(
        &|span| span.action.is_some_and(|a| a.deadline_ms <= now),
        "timeout",
    );
    let any_open =
        pipeline::with(|pipeline| !pipeline.active.matching(&|s| s.action.is_some()).is_empty());
    if any_open == Some(true) {
        watch();
    }
}
