//! Futures with a context, and the attribution of work that a framework does later.
//!
//! A framework does not render inside the code that changed its state, but in a microtask soon
//! after. What it does there (show a page, run effects, load data) was caused by that code. So after
//! a poll, its context remains known as the [cause](crate::cause) until the microtasks that the poll
//! has queued have run.
//!
//! Two actions could become ready together, and cause a single rendering. A future is therefore not
//! polled while effects of another trace are pending: the framework renders for one, then for the
//! other. A navigation blocks other traces until its first frame is painted, since frameworks may
//! spread a large page over several tasks.

use std::cell::Cell;
use std::pin::Pin;
use std::task::{self, Poll, Waker};

use opentelemetry::trace::{TraceContextExt, TraceId};
use opentelemetry::{Context, ContextGuard};

use crate::causality::navigations;
use crate::core::slot;

thread_local! {
    static LAST_POLLED: Cell<Option<LastPolled>> = const { Cell::new(None) };
}

/// The context of the code that ran last, kept until the microtasks it has queued have run.
struct LastPolled {
    context: Context,
    /// The number of calls of [`clear`] that are queued. The last one clears it.
    pending_clears: usize,
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
        waker.wake_by_ref();
    }
    is_blocked
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

/// Keeps the context as the cause of the microtasks that its code has queued.
#[inline(never)]
fn remain_cause(context: &Context) {
    if context.has_active_span() {
        set(context.clone());
        // Runs after those microtasks.
        wasm_bindgen_futures::spawn_local(async { clear() });
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
    let previous = slot::with_default(&LAST_POLLED, |last| {
        let pending_clears = last.as_ref().map_or(0, |last| last.pending_clears) + 1;
        last.replace(LastPolled {
            context,
            pending_clears,
        })
    });
    // Dropping a context may end a span, so it happens after the borrow.
    drop(previous);
}

fn clear() {
    let cleared = slot::with_default(&LAST_POLLED, |last| {
        let pending_clears = last.as_mut().map(|last| {
            last.pending_clears -= 1;
            last.pending_clears
        });
        if pending_clears == Some(0) {
            last.take()
        } else {
            None
        }
    });
    drop(cleared);
}

fn trace_id(context: &Context) -> TraceId {
    context.span().span_context().trace_id()
}
