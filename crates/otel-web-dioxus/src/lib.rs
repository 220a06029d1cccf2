//! Dioxus hooks for [`otel_web`]: one trace for each user action.
//!
//! | function | use it for |
//! |---|---|
//! | [`action()`] | the future of a button, form or key; each call is one action |
//! | [`traced()`] | data that a resource loads |
//!
//! Everything else is in [`otel_web`]: requests, spans, errors and the setup. The name of a page needs no
//! hook: call [`otel_web::set_route_template`] in its component. Panics need none either: see the README.
//!
//! # How a rendering finds its action
//!
//! Dioxus does not render where a signal is set, but in a microtask soon after. Until then, `otel-web`
//! remembers whose code ran last, and polls no future of another action. So the data that a resource
//! loads in a component belongs to the click that showed it, even if many actions run at the same time.
//!
//! # Examples
//!
//! ## A button
//!
//! ```no_run
//! use dioxus::prelude::*;
//! use otel_web_dioxus::action;
//!
//! #[component]
//! fn Like() -> Element {
//!     let mut likes = use_signal(|| 0);
//!     let like = move |_| action("crud.like", async move { likes += 1 });
//!     rsx! { button { onclick: like, "Like {likes}" } }
//! }
//! ```

#![deny(missing_docs)]

mod action;
mod traced;

pub use action::action;
pub use otel_web::Outcome;
pub use traced::traced;

/// Compiles the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
