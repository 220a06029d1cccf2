//! What the SDK asks of its surroundings: two clocks, random bytes, a console.
//!
//! In the browser these are the page's (or the worker's) own. On a host they are the operating
//! system's, so that everything pure can be tested without a browser.

#[cfg(target_arch = "wasm32")]
mod browser;
#[cfg(not(target_arch = "wasm32"))]
mod native;

#[cfg(target_arch = "wasm32")]
pub(crate) use browser::*;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use native::*;
