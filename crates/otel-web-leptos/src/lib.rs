//! Leptos hooks for [`otel_web`]: one trace for each user action.
//!
//! | function | use it for |
//! |---|---|
//! | [`trace_tasks`] | tasks, actions and server functions that a handler starts; call it once, before the first rendering |
//! | [`on_action`] | the handler of a button, form or key; each call is one action |
//! | [`traced()`] | data that a resource loads |
//! | [`use_route_template`] | the name of a page |
//!
//! Everything else is in [`otel_web`]: requests, spans, errors and the setup. Panics need no hook, because
//! Leptos sets none: see the README.
//!
//! # How a rendering finds its action
//!
//! Leptos does not render where a signal is set, but in a microtask soon after. Until then, `otel-web`
//! remembers whose code ran last, and polls no future of another action. So the data that a resource
//! loads in a component belongs to the click that showed it, even if many actions run at the same time.
//!
//! # Examples
//!
//! ## A button
//!
//! ```no_run
//! use leptos::ev::MouseEvent;
//! use leptos::prelude::*;
//! use otel_web_leptos::on_action;
//!
//! #[component]
//! fn Like() -> impl IntoView {
//!     let likes = RwSignal::new(0);
//!     let like = on_action("crud.like", move |_: MouseEvent| async move { likes.set(likes.get() + 1) });
//!     view! { <button on:click=like>"Like " {likes}</button> }
//! }
//! ```

#![deny(missing_docs)]

mod action;
mod executor;
mod route;
mod traced;

pub use action::on_action;
pub use executor::trace_tasks;
pub use otel_web::Outcome;
pub use route::use_route_template;
pub use traced::traced;

/// Compiles the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
