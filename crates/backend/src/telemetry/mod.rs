//! One trace per request.
//!
//! The `traceparent` of a trusted caller continues in a SERVER span. Each service operation has a
//! span below it, and each SQL statement a CLIENT span below that.
//!
//! The current [`Context`] is attached at each poll of the future that serves
//! the request. Requests that are interleaved on one thread therefore keep their spans apart, and
//! each log line gets the ids of its own span.
//!
//! | module | contents |
//! |---|---|
//! | `settings` | the settings of the exporters |
//! | `install` | the tracer provider and the logger provider |
//! | `log_export` | log lines as log records |
//! | `failure_log` | an exporter that logs when it starts to fail, and when it works again |
//! | `id` | trace ids that begin with the time, which AWS X-Ray requires |
//! | `remote_context` | the parent or link that a `traceparent` leads to |
//! | `server_span` | the SERVER span of a request |
//! | `operation` | the span of a service operation |

mod failure_log;
mod id;
mod install;
mod log_export;
mod operation;
mod remote_context;
mod server_span;
mod settings;

use opentelemetry::{Context, trace::TraceContextExt};

pub use id::EpochIdGenerator;
pub use install::Telemetry;
pub use log_export::export_event;
pub(crate) use operation::{BackgroundOperation, Operation, set_attribute, set_user_handle};
pub(crate) use server_span::trace_request;
pub use settings::TelemetrySettings;
pub(crate) use settings::{OTEL_VARIABLES, http_url, traces_url};

pub use crate::request_id::current as current_request_id;

/// Returns the ids of the current span, for log lines.
#[must_use]
pub fn current_span() -> Option<logging::SpanContext> {
    Context::map_current(|context| {
        let span = context.span();
        let ids = span.span_context();
        ids.is_valid().then(|| logging::SpanContext {
            trace_id: ids.trace_id().to_bytes(),
            span_id: ids.span_id().to_bytes(),
        })
    })
}
