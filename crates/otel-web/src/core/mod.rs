//! Values in, values out: nothing here calls JavaScript, so all of it is tested natively.

pub(crate) mod clock;
pub(crate) mod deduplicator;
pub(crate) mod drops;
pub(crate) mod hex;
pub(crate) mod id;
pub(crate) mod otlp;
pub mod propagation;
pub(crate) mod record;
#[cfg(any(
    feature = "document-load",
    feature = "errors",
    feature = "fetch",
    feature = "long-animation-frames",
    feature = "window-fetch",
    feature = "xhr"
))]
pub(crate) mod redact;
pub(crate) mod route;
pub(crate) mod sampler;
pub(crate) mod slot;
pub(crate) mod text;
