//! The platform interface: clocks, random bytes, timers, storage and the console.
//!
//! In a browser these are those of the page or worker. On a host they are the operating system's, so
//! that most code can be tested without a browser.

#[cfg(target_arch = "wasm32")]
mod browser;
#[cfg(not(target_arch = "wasm32"))]
mod native;

#[cfg(target_arch = "wasm32")]
pub(crate) use browser::*;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use native::*;
