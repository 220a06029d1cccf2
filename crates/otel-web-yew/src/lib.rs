//! Yew hooks for `otel-web`: one root span per user action.
//!
//! - [`use_action`] makes the callback of a button, form or key: each call is one action, and the
//!   future it returns is its work.
//! - [`use_load`] loads a component's data inside the navigation or action that showed it.
//! - [`use_route_template`] names a page, so that visits to it share a name.
//! - [`keep_panics`] lets a panic reach its trace although Yew sets a panic hook of its own.
//!
//! # Example: a button
//!
//! ```no_run
//! use otel_web_yew::use_action;
//! use yew::prelude::*;
//!
//! #[component]
//! fn Like() -> Html {
//!     let likes = use_state(|| 0);
//!     let onclick = use_action("crud.like", {
//!         let likes = likes.clone();
//!         move |_: MouseEvent| {
//!             let likes = likes.clone();
//!             async move { likes.set(*likes + 1) }
//!         }
//!     });
//!     html! { <button {onclick}>{ "Like " }{ *likes }</button> }
//! }
//! ```

#![deny(missing_docs)]

mod action;
mod load;
mod outcome;
mod panics;
mod route;

pub use action::use_action;
pub use load::use_load;
pub use outcome::Outcome;
pub use panics::keep_panics;
pub use route::use_route_template;

/// The README's example compiles, too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
