//! Keeping the trace in asynchronous code and callbacks.
//!
//! # Futures
//!
//! [`spawn`](crate::spawn) and [`Action::run`](crate::Action::run) attach the context at each poll. All
//! futures that are awaited inside inherit it, including joins, selects and timers of any library:
//!
//! ```no_run
//! # async fn load_items() {}
//! # async fn load_prices() {}
//! # async fn join<A, B>(_: impl Future<Output = A>, _: impl Future<Output = B>) {}
//! otel_web::action("cart.open").start().run(async {
//!     // Both requests are children of `cart.open`.
//!     join(load_items(), load_prices()).await;
//! });
//! ```
//!
//! A future is not part of the action if it is spawned with `wasm_bindgen_futures::spawn_local`. Use
//! [`spawn`](crate::spawn) instead, or wrap the future in
//! [`with_current_context`](crate::with_current_context()).
//!
//! # Spans around an `.await`
//!
//! `in_span` of the API crate takes a closure and cannot contain an `.await`. Start the span, and attach
//! its context to the future:
//!
//! ```no_run
//! use opentelemetry::global;
//! use opentelemetry::trace::{TraceContextExt, Tracer};
//! use otel_web::Context;
//! # async fn parse() {}
//!
//! async fn import() {
//!     let span = global::tracer("shop").start("cart.import");
//!     let context = Context::current_with_span(span);
//!     // The span ends when the future is dropped, with its context.
//!     otel_web::with_context(context, parse()).await;
//! }
//! ```
//!
//! Do not keep the guard of `Context::attach` across an `.await`: other futures would run in this
//! context, too.
//!
//! # Callbacks
//!
//! A callback that JavaScript calls later has no context. Read it beforehand, and attach it inside:
//!
//! ```no_run
//! use wasm_bindgen::prelude::*;
//! # fn decode() {}
//!
//! fn on_load(image: &web_sys::EventTarget) -> Result<(), JsValue> {
//!     let context = otel_web::current();
//!     let callback = Closure::once_into_js(move || {
//!         let _attached = context.attach();
//!         decode();
//!     });
//!     image.add_event_listener_with_callback("load", callback.unchecked_ref())
//! }
//! ```
//!
//! The action does not end while the callback exists. For a callback that may be called several times
//! or never, read the trace's context only where it is called, or start an action in it.
//!
//! # Channels and shared tasks
//!
//! A task that serves several actions, such as one that reads a channel, has no action of its own. Send
//! the context with the message:
//!
//! ```no_run
//! use otel_web::Context;
//!
//! struct Job {
//!     query: String,
//!     context: Context,
//! }
//!
//! fn submit(query: String, queue: &mut Vec<Job>) {
//!     let context = otel_web::current();
//!     queue.push(Job { query, context });
//! }
//!
//! # async fn run_query(_: &str) {}
//! async fn work(job: Job) {
//!     otel_web::with_context(job.context, run_query(&job.query)).await;
//! }
//! ```
//!
//! # Workers
//!
//! The crate also runs in a dedicated worker. Call [`install`](crate::Builder::install) there as well. A
//! worker has its own queue, no storage and no user events. To continue the trace of the page, send
//! [`propagation::traceparent()`](crate::propagation::traceparent()) with the message, and parse it in the
//! worker:
//!
//! ```no_run
//! use opentelemetry::trace::TraceContextExt;
//! use otel_web::Context;
//! use otel_web::propagation::parse_traceparent;
//! # async fn index() {}
//!
//! fn on_message(traceparent: &str) {
//!     let parent = parse_traceparent(traceparent);
//!     let context = parent.map(|parent| Context::new().with_remote_span_context(parent));
//!     let work = otel_web::with_context(context.unwrap_or_default(), index());
//!     wasm_bindgen_futures::spawn_local(work);
//! }
//! ```
