//! Yew hooks for [`otel_web`]: one trace for each user action.
//!
//! | hook or function | use it for |
//! |---|---|
//! | [`use_action`] | the callback of a button, form or key; each call is one action |
//! | [`use_load`] | data that a component loads when it is shown or its properties change |
//! | [`traced()`] | a future for a hook of another crate, such as `use_async` of yew-hooks |
//! | [`use_route_template`] | the name of a page |
//! | [`install_panic_hook`] | panics, before the first render |
//!
//! Everything else is in [`otel_web`]: requests, spans, errors and the setup.
//!
//! # How a rendering finds its action
//!
//! Yew does not render where state is set, but in a microtask soon after, or in a later task if it has
//! run for 16 ms. Until then, `otel-web` remembers whose code ran last, and polls no future of another
//! action. So the data that [`use_load`] loads in a component belongs to the click that showed it, even
//! if many actions run at the same time.
//! In a plain `use_effect`, use [`otel_web::cause`] and [`otel_web::with_context`].
//!
//! # Examples
//!
//! ## A button
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
mod panic_hook;
mod route;
mod scheduler;
mod traced;

pub use action::use_action;
pub use load::use_load;
pub use otel_web::Outcome;
pub use panic_hook::install_panic_hook;
pub use route::use_route_template;
pub use traced::traced;

/// Compiles the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
