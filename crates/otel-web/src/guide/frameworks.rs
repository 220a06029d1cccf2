//! Using the crate with a framework.
//!
//! With Yew, Leptos and Dioxus, the crates `otel-web-yew`, `otel-web-leptos` and `otel-web-dioxus` do what
//! this page describes. Another framework needs the same four things.
//!
//! # 1. Setup
//!
//! Install telemetry before the first render, so that the page load is complete. If the framework sets
//! a panic hook of its own, call [`record_panic`](crate::record_panic) from it.
//!
//! ```no_run
//! # fn mount_app() {}
//! # fn run() {
//! otel_web::Telemetry::builder("shop").endpoint("/otlp").install();
//! let previous = std::panic::take_hook();
//! std::panic::set_hook(Box::new(move |info| {
//!     otel_web::record_panic(info);
//!     previous(info);
//! }));
//! mount_app();
//! # }
//! ```
//!
//! # 2. Handlers
//!
//! A handler that starts asynchronous work starts an action and runs the work in it. A wrapper keeps
//! the handlers short:
//!
//! ```no_run
//! use otel_web::{Outcome, recorded};
//!
//! /// Returns an event handler that runs `work` as an action, and records its error.
//! fn on<E, F, W>(name: &'static str, work: F) -> impl Fn(E)
//! where
//!     F: Fn(E) -> W,
//!     W: Future<Output: Outcome> + 'static,
//! {
//!     move |event| {
//!         let action = otel_web::action(name).start();
//!         let work = action.enter(|| work(event));
//!         action.run(async {
//!             recorded(work).await;
//!         });
//!     }
//! }
//! ```
//!
//! [`Action::enter`](crate::Action::enter) is for the synchronous part of the handler, such as a call of
//! `prevent_default` or a change of state.
//!
//! # 3. Effects
//!
//! Frameworks render and run effects after the handler has returned, where no context is attached. Read
//! [`cause`](crate::cause) while the component renders, and attach it to what the effect starts:
//!
//! ```no_run
//! # fn use_effect(_: impl FnOnce() + 'static) {}
//! # async fn load() {}
//! # fn component() {
//! let cause = otel_web::cause();
//! use_effect(move || {
//!     wasm_bindgen_futures::spawn_local(otel_web::with_context(cause, load()));
//! });
//! # }
//! ```
//!
//! If the framework creates the future while it renders, as for resources,
//! [`with_cause`](crate::with_cause) does the same.
//!
//! Move the context out of the component's state when it is used: an action does not end while a
//! component owns a clone of its context.
//!
//! # 4. Routes
//!
//! Call [`set_route_template`](crate::set_route_template) while the page of a route is rendered, with the
//! route as the router declares it. Navigations are then named `navigate /users/{id}` instead of
//! `navigate`. If the router renders a page before it changes the address, call
//! [`set_route_template_of`](crate::set_route_template_of) instead.
//!
//! # Server-side rendering
//!
//! If a server renders the page, let it announce its span, so that the page load continues its trace:
//! see [`servers`](super::servers).
