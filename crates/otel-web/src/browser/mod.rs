//! The browser: access to its objects, and nothing that knows of spans.

pub(crate) mod diagnostics;
#[cfg(feature = "user-action")]
pub(crate) mod element;
pub(crate) mod js;
pub(crate) mod listener;
#[cfg(any(feature = "errors", feature = "user-action", feature = "web-vitals"))]
pub(crate) mod mask;
pub(crate) mod page;
pub(crate) mod platform;
