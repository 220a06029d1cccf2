//! Spans, from their start until they are queued for export.

pub(crate) mod active_spans;
mod build_id;
pub(crate) mod deferred_spans;
pub(crate) mod dispatch;
pub(crate) mod ended;
#[cfg(feature = "root-observer")]
pub(crate) mod ended_root;
pub(crate) mod ended_span;
pub(crate) mod exception;
pub(crate) mod hooks;
pub(crate) mod pipeline;
pub(crate) mod provider;
#[cfg(all(feature = "errors", feature = "user-action"))]
pub(crate) mod rejection;
pub(crate) mod resource;
pub(crate) mod root;
#[cfg(feature = "xhr")]
pub(crate) mod sender;
pub(crate) mod session;
pub(crate) mod span;
pub(crate) mod span_queue;
pub(crate) mod tracer;
