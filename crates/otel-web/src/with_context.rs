//! A future that carries its context, and lets what it changed be shown before another goes on.
//!
//! A framework does not render inside the code that changed its state, but in a microtask soon after.
//! What it does there (show a page, run effects, load data) was caused by that code. So for the
//! microtasks that follow a poll, its context remains known as their [cause](crate::cause). Two
//! actions could become ready in one go and leave one rendering for both; therefore a future waits
//! while the effects of another action are pending: rendering for one, then the next. A navigation
//! takes until its first frame is painted, for frameworks may spread a large page over several tasks.

use std::cell::RefCell;
use std::pin::Pin;
use std::task::{self, Poll};

use opentelemetry::Context;
use opentelemetry::trace::{TraceContextExt, TraceId};

use crate::instrument::navigation;

thread_local! {
    static LATEST: RefCell<Option<Latest>> = const { RefCell::new(None) };
}

/// The code that ran last, until the microtasks it queued have run.
struct Latest {
    context: Context,
    /// How many of its ends are still to come; the last one clears it.
    pending: usize,
}

/// A future with a context attached at each poll. See [`with_current_context`](crate::with_current_context).
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
        if navigation::other_in_progress(trace_id(&self.context), cx.waker()) {
            return Poll::Pending;
        }
        if effects_of_another_pend(&self.context) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let context = self.context.clone();
        enter(&context, || self.future.as_mut().poll(cx))
    }
}

/// Runs code inside a context, which stays the cause of what the code leaves to be done soon.
pub(crate) fn enter<R>(context: &Context, code: impl FnOnce() -> R) -> R {
    let result = {
        let _attached = context.clone().attach();
        code()
    };
    if context.has_active_span() {
        remember(context.clone());
        // Queued after whatever the code has queued, so it runs after that.
        wasm_bindgen_futures::spawn_local(async { forget() });
    }
    result
}

/// The code whose effects are running or about to run.
pub(crate) fn latest() -> Option<Context> {
    LATEST.with(|latest| Some(latest.borrow().as_ref()?.context.clone()))
}

fn effects_of_another_pend(context: &Context) -> bool {
    LATEST.with(|latest| {
        let latest = latest.borrow();
        latest
            .as_ref()
            .is_some_and(|latest| trace_id(&latest.context) != trace_id(context))
    })
}

fn remember(context: Context) {
    let earlier = LATEST.with(|latest| {
        let mut latest = latest.borrow_mut();
        let pending = latest.as_ref().map_or(0, |latest| latest.pending) + 1;
        latest.replace(Latest { context, pending })
    });
    // Dropping a context may end a span: only after the borrow.
    drop(earlier);
}

fn forget() {
    let last = LATEST.with(|latest| {
        let mut latest = latest.borrow_mut();
        let pending = latest.as_mut().map(|latest| {
            latest.pending -= 1;
            latest.pending
        });
        if pending == Some(0) {
            latest.take()
        } else {
            None
        }
    });
    drop(last);
}

fn trace_id(context: &Context) -> TraceId {
    context.span().span_context().trace_id()
}
