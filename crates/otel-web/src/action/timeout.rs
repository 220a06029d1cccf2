//! The time limit of an action. An action that waits for a response that never comes would otherwise
//! be exported only when the user leaves the page.

use std::cell::Cell;

use crate::browser::platform::{self, Timer};
use crate::core::slot;
use crate::trace::pipeline;

/// After this time an action ends with the outcome `timeout`. In milliseconds.
pub(crate) const ACTION_TIMEOUT_MS: f64 = 30_000.0;

thread_local! {
    static CHECK: Cell<Option<Check>> = const { Cell::new(None) };
}

/// One timer for all actions: an action may therefore last up to twice the limit.
struct Check {
    timer: Timer,
    is_scheduled: bool,
}

/// Schedules a check of all open actions, unless one is scheduled already.
pub(super) fn schedule() {
    slot::with_default(&CHECK, |check| {
        let check = check.get_or_insert_with(|| Check {
            timer: Timer::new(end_overdue),
            is_scheduled: false,
        });
        if !check.is_scheduled {
            check.is_scheduled = true;
            check.timer.set(ACTION_TIMEOUT_MS);
        }
    });
}

/// Ends the actions whose deadline has passed, and schedules the next check if others are open.
fn end_overdue() {
    slot::with_default(&CHECK, |check| {
        if let Some(check) = check {
            check.is_scheduled = false;
        }
    });
    let now = platform::monotonic_ms();
    pipeline::end_all(
        &|span| span.action.is_some_and(|a| a.deadline_ms <= now),
        "timeout",
    );
    let any_open =
        pipeline::with(|pipeline| !pipeline.active.matching(&|s| s.action.is_some()).is_empty());
    if any_open == Some(true) {
        schedule();
    }
}
