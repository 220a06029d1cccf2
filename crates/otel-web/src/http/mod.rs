//! Traced requests.

#[cfg(feature = "fetch")]
pub mod fetch;
#[cfg(any(feature = "fetch", feature = "window-fetch"))]
pub(crate) mod headers;
#[cfg(any(feature = "fetch", feature = "window-fetch"))]
pub(crate) mod in_flight;
#[cfg(feature = "window-fetch")]
pub(crate) mod window_fetch;
