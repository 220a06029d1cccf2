//! Futures with a context, and the attribution of work that a framework does later.
//!
//! A framework does not render inside the code that changed its state, but in a microtask soon
//! after. What it does there (show a page, run effects, load data) was caused by that code. So after
//! a poll, its context remains known as the [cause](crate::cause) until the microtasks that the poll
//! has queued have run, and those that they have queued; or until a framework with a
//! [scheduler](crate::set_render_scheduler) has rendered.
//!
//! Two actions could become ready together, and cause a single rendering. A future is therefore not
//! polled while effects of another trace are pending: the framework renders for one, then for the
//! other. A navigation blocks other traces until its first frame is painted, since frameworks may
//! spread a large page over several tasks.

use std::cell::Cell;
use std::future;
use std::pin::Pin;
use std::task::{self, Poll, Waker};

use opentelemetry::trace::{TraceContextExt, TraceId};
use opentelemetry::{Context, ContextGuard};

use crate::causality::{navigations, rendering};
use crate::core::slot;

/// How often the queue of microtasks is processed before the cause is forgotten.
///
/// Code that sets a state wakes an effect, the effect creates a component, and the component wakes an
/// effect of its own: that is a chain of three. The first round may be over already when the code runs.
const MICROTASK_ROUNDS: u8 = 4;

thread_local! {
    static LAST_POLLED: Cell<Option<LastPolled>> = const { Cell::new(None) };
    /// The wakers of futures that wait until [`LAST_POLLED`] is forgotten.
    static BLOCKED: Cell<Vec<Waker>> = const { Cell::new(Vec::new()) };
}

/// The context of the code that ran last, kept until the microtasks it has queued have run.
struct LastPolled {
    context: Context,
    rounds_left: u8,
}

/// A future that attaches a context at each poll.
///
/// Returned by [`with_context`](crate::with_context()) and
/// [`with_current_context`](crate::with_current_context). The type has no methods: await it, or pass it to
/// an executor.
///
/// # Scheduling
///
/// After each poll, the context remains the [cause](crate::cause) of the microtasks that the poll has
/// queued, so that a rendering finds its action. While such effects of another trace are pending, the
/// inner future is not polled; it is woken again right after them.
///
/// # Cost
///
/// The inner future is boxed once. Each poll clones and attaches the context, which is a reference count
/// and a thread-local stack.
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct WithContext<F> {
    context: Context,
    // Boxed so that it can be polled without unsafe pin projection.
    future: Pin<Box<F>>,
}

impl<F: Future> WithContext<F> {
    pub(crate) fn new(context: Context, future: F) -> Self {
        Self {
            context,
            future: Box::pin(future),
        }
    }
}

impl<F: Future> Future for WithContext<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<F::Output> {
        let Self { context, future } = &mut *self;
        if must_wait(context, cx.waker()) {
            return Poll::Pending;
        }
        in_scope(context, || future.as_mut().poll(cx))
    }
}

/// Runs a future on the browser's event loop.
///
/// Takes any future as one type: each further type would compile the poll and the executor's task anew.
pub(crate) fn spawn(context: Context, future: Pin<Box<dyn Future<Output = ()>>>) {
    wasm_bindgen_futures::spawn_local(WithContext::new(context, future));
}

/// Returns whether a future with this context must not be polled yet. Its waker is called when it can be.
#[inline(never)]
fn must_wait(context: &Context, waker: &Waker) -> bool {
    if navigations::other_in_progress(trace_id(context), waker) {
        return true;
    }
    let is_blocked = blocked_by_other_trace(context);
    if is_blocked {
        wake_when_forgotten(waker);
    }
    is_blocked
}

/// Not woken at once: an executor that polls woken tasks in a loop would never let the effects run.
fn wake_when_forgotten(waker: &Waker) {
    slot::with_default(&BLOCKED, |blocked| {
        if !blocked.iter().any(|other| other.will_wake(waker)) {
            blocked.push(waker.clone());
        }
    });
}

/// Runs code inside a context, which remains the cause of the microtasks that the code queues.
pub(crate) fn in_scope<R>(context: &Context, code: impl FnOnce() -> R) -> R {
    let attached = attach(context);
    let result = code();
    drop(attached);
    remain_cause(context);
    result
}

/// Not generic, as is all that each type of future would compile anew.
#[inline(never)]
fn attach(context: &Context) -> ContextGuard {
    context.clone().attach()
}

/// Keeps the context as the cause of the microtasks that its code has queued. A server has none.
#[inline(never)]
fn remain_cause(context: &Context) {
    if cfg!(target_arch = "wasm32") && context.has_active_span() {
        set(context.clone());
    }
}

/// Returns the context of the code that ran last, while its effects are pending.
pub(crate) fn last_polled() -> Option<Context> {
    slot::with_default(&LAST_POLLED, |last| Some(last.as_ref()?.context.clone()))
}

fn blocked_by_other_trace(context: &Context) -> bool {
    slot::with_default(&LAST_POLLED, |last| {
        last.as_ref()
            .is_some_and(|last| trace_id(&last.context) != trace_id(context))
    })
}

fn set(context: Context) {
    // The listeners of an event cannot wait until the framework has rendered for another action, as futures do. What
    // they change at once is attributed to that action, rather than its changes to this one.
    if rendering::is_scheduled() && blocked_by_other_trace(&context) {
        return;
    }
    let last = LastPolled {
        context,
        rounds_left: MICROTASK_ROUNDS,
    };
    let previous = slot::with_default(&LAST_POLLED, |slot| slot.replace(last));
    if previous.is_none() {
        wasm_bindgen_futures::spawn_local(forget());
    }
    // Dropping a context may end a span, so it happens after the borrow.
    drop(previous);
    rendering::schedule();
}

/// Clears [`LAST_POLLED`] when its rounds are over. Runs once in each round.
async fn forget() {
    future::poll_fn(|cx| {
        if !is_last_round() {
            cx.waker().wake_by_ref();
        } else if rendering::is_pending(cx.waker()) {
            // The rendering may wake further effects.
            set_rounds();
        } else {
            return Poll::Ready(());
        }
        Poll::Pending
    })
    .await;
    let forgotten = slot::with_default(&LAST_POLLED, Option::take);
    drop(forgotten);
    let blocked = slot::with_default(&BLOCKED, std::mem::take);
    blocked.into_iter().for_each(Waker::wake);
}

fn is_last_round() -> bool {
    slot::with_default(&LAST_POLLED, |last| {
        last.as_mut().is_none_or(|last| {
            last.rounds_left = last.rounds_left.saturating_sub(1);
            last.rounds_left == 0
        })
    })
}

fn set_rounds() {
    slot::with_default(&LAST_POLLED, |last| {
        if let Some(last) = last {
            last.rounds_left = MICROTASK_ROUNDS;
        }
    });
}

fn trace_id(context: &Context) -> TraceId {
    context.span().span_context().trace_id()
}
