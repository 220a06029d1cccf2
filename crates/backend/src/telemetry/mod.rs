//! One trace per request: the `traceparent` of a trusted caller continues in a SERVER span, each service
//! operation has a span below it, and each SQL statement a CLIENT span below that.
//!
//! The current [`Context`](opentelemetry::Context) travels with the future that serves the request
//! (attached at each poll), so requests that take turns on one thread keep their spans apart.
//!
//! | module | what it holds |
//! |---|---|
//! | `install` | the provider, built from the `OTEL_*` variables |
//! | `exporter` | an exporter that says once when it fails, and once when it works again |
//! | `id` | trace ids that begin with the time, which AWS X-Ray asks for |
//! | `caller` | whose trace is continued |
//! | `server_span` | the SERVER span of a request |
//! | `operation` | the span of a service operation |

mod caller;
mod exporter;
mod id;
mod install;
mod operation;
mod server_span;

pub use id::EpochIdGenerator;
pub use install::Telemetry;
pub(crate) use operation::{Operation, note, note_user};
pub(crate) use server_span::trace_request;
