//! The executor of Leptos' tasks.

use std::cell::Cell;
use std::pin::Pin;
use std::task::{self, Poll};

use any_spawner::{CustomExecutor, Executor, PinnedFuture, PinnedLocalFuture};
use opentelemetry::trace::TraceContextExt;
use otel_web::Context;
use wasm_bindgen_futures::spawn_local;

/// Makes the tasks of Leptos part of the action that spawns them.
///
/// Call it before the first rendering. From then on, the following belong to the click or other action
/// in whose handler they are started, without other code:
///
/// - `Action::dispatch`, and so the requests of server functions that a `ServerAction` or an
///   `ActionForm` sends, with the feature `window-fetch` of `otel-web`
/// - `leptos::task::spawn_local`
/// - navigations by links, which Leptos runs in a task
///
/// Tasks that are spawned while no action's code is running, such as those of effects and resources,
/// are not part of any. For what a resource loads, use [`traced`](crate::traced()).
///
/// It sets the executor of [`any_spawner`], which runs the tasks with `wasm_bindgen_futures`, as Leptos
/// does by default. If an executor is set already, that one stays, and this does nothing.
///
/// # Examples
///
/// ## The setup of a page
///
/// ```no_run
/// # use leptos::prelude::*;
/// # fn mount_to_body<V>(_: fn() -> V) {}
/// # fn app() {}
/// fn run() {
///     otel_web::Telemetry::builder("shop").endpoint("/otlp").install();
///     otel_web_leptos::trace_tasks();
///     mount_to_body(app);
/// }
/// ```
pub fn trace_tasks() {
    // Fails only if there is an executor.
    drop(Executor::init_custom_executor(TracingExecutor));
}

struct TracingExecutor;

impl CustomExecutor for TracingExecutor {
    fn spawn(&self, future: PinnedFuture<()>) {
        self.spawn_local(future);
    }

    fn spawn_local(&self, future: PinnedLocalFuture<()>) {
        let context = context_of_new_task();
        let future = if context.has_active_span() {
            Box::pin(otel_web::with_context(context, future))
        } else {
            // With an empty context it would wait for the effects of an action, although it may be one of them.
            future
        };
        spawn_local(Task(future));
    }

    /// The browser polls.
    fn poll_local(&self) {}
}

thread_local! {
    static IS_IN_TASK: Cell<bool> = const { Cell::new(false) };
}

/// Returns the attached context, else that of the event, unless a task is running.
///
/// After a listener, the browser runs microtasks before it forgets the event. Leptos renders in these, and effects of the
/// new components last as long as the components. They would keep the action open.
fn context_of_new_task() -> Context {
    if IS_IN_TASK.get() {
        Context::current()
    } else {
        otel_web::current()
    }
}

/// A future that is known to be running while it is polled.
struct Task(PinnedLocalFuture<()>);

impl Future for Task {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<()> {
        let is_nested = IS_IN_TASK.replace(true);
        let polled = self.0.as_mut().poll(cx);
        IS_IN_TASK.set(is_nested);
        polled
    }
}
