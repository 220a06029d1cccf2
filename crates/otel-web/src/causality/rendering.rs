//! Frameworks that may render in a later task than the one in which their state was changed.

use std::cell::Cell;
use std::task::Waker;

use crate::browser::platform::Timer;
use crate::core::slot::{self, Slot};

/// A framework that has not rendered by then has stopped, or has much to do. Other actions then no longer wait for it.
const MAX_WAIT_MS: f64 = 1000.0;

type Schedule = fn(Box<dyn FnOnce()>);

thread_local! {
    static SCHEDULE: Cell<Option<Schedule>> = const { Cell::new(None) };
    static STATE: Cell<State> = const { Cell::new(State::Idle) };
    static WAITING: Cell<Option<Waker>> = const { Cell::new(None) };
    static TIMER: Slot<Timer> = const { Slot::new(None) };
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Idle,
    /// The framework will call back when it renders what has changed so far.
    Scheduled,
    /// The same, but nothing waits for it any longer.
    Late,
}

/// Sets the scheduler of a framework that may render in a later task than the one in which its state
/// was changed.
///
/// The integration of a framework calls it, such as `otel-web-yew`; an application need not. Until the
/// framework has rendered, the action that changed its state remains the [cause](crate::cause), and no
/// future of another action is polled. Without a scheduler, rendering must begin within the microtasks
/// that follow the change.
///
/// `schedule` must queue the function behind all changes of state made so far. The framework calls it
/// right before it renders them, in the same task.
///
/// # Examples
///
/// ## Yew
///
/// ```no_run
/// # mod yew { pub mod scheduler {
/// #     pub trait Runnable { fn run(self: Box<Self>); }
/// #     pub fn push(_: Box<dyn Runnable>) {}
/// # } }
/// use yew::scheduler::{self, Runnable};
///
/// struct Rendering(Box<dyn FnOnce()>);
///
/// impl Runnable for Rendering {
///     fn run(self: Box<Self>) {
///         (self.0)();
///     }
/// }
///
/// otel_web::set_render_scheduler(|rendering| scheduler::push(Box::new(Rendering(rendering))));
/// ```
pub fn set_render_scheduler(schedule: fn(Box<dyn FnOnce()>)) {
    SCHEDULE.set(Some(schedule));
}

/// Asks the framework to call back when it renders the changes made so far.
pub(super) fn schedule() {
    if let Some(schedule) = SCHEDULE.get()
        && STATE.get() == State::Idle
    {
        STATE.set(State::Scheduled);
        schedule(Box::new(begin));
    }
}

/// Returns whether the framework may have changes that it has not rendered.
pub(super) fn is_scheduled() -> bool {
    STATE.get() == State::Scheduled
}

/// Returns the same. If so, wakes the waker when the framework renders the changes.
pub(super) fn is_pending(waker: &Waker) -> bool {
    let is_pending = is_scheduled();
    if is_pending {
        WAITING.set(Some(waker.clone()));
        set_timer();
    }
    is_pending
}

fn begin() {
    STATE.set(State::Idle);
    wake();
}

/// Stops waiting for a framework that does not render.
fn give_up() {
    if STATE.get() == State::Scheduled {
        STATE.set(State::Late);
        wake();
    }
}

fn wake() {
    if let Some(waker) = WAITING.take() {
        waker.wake();
    }
}

fn set_timer() {
    if slot::with(&TIMER, |timer| timer.set(MAX_WAIT_MS)).is_none() {
        let mut timer = Timer::new(give_up);
        timer.set(MAX_WAIT_MS);
        slot::put(&TIMER, Box::new(timer));
    }
}
