//! Traced requests.

#[cfg(feature = "fetch")]
pub mod fetch;
#[cfg(any(feature = "fetch", feature = "window-fetch", feature = "xhr"))]
pub(crate) mod headers;
#[cfg(any(feature = "fetch", feature = "window-fetch", feature = "xhr"))]
pub(crate) mod in_flight;
#[cfg(any(feature = "window-fetch", feature = "xhr"))]
mod request_wrapper;
#[cfg(feature = "window-fetch")]
pub(crate) mod window_fetch;
#[cfg(feature = "xhr")]
pub(crate) mod xhr;
