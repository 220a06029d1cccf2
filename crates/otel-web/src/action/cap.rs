//! The longest an action may last. One that waits for an answer that never comes would otherwise be
//! seen only when the page is left.

use std::cell::RefCell;

use crate::KeyValue;
use crate::pipeline::{self, EndTime};
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
    end_overdue(now);
    let any_open =
        pipeline::with(|pipeline| !pipeline.open.matching(&|s| s.action.is_some()).is_empty());
    if any_open == Some(true) {
        watch();
    }
}

fn end_overdue(now_ms: f64) {
    let overdue = pipeline::with(|pipeline| {
        let is_overdue = |deadline: f64| deadline <= now_ms;
        pipeline
            .open
            .matching(&|span| span.action.is_some_and(|a| is_overdue(a.deadline_ms)))
    });
    for ticket in overdue.unwrap_or_default() {
        let outcome = KeyValue::new("app.action.outcome", "timeout");
        pipeline::edit(ticket, |span| span.record.set_attribute(outcome));
        pipeline::end(ticket, EndTime::Monotonic(now_ms));
    }
}
