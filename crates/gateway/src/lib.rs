//! Receives OTLP spans, stores them, shows them live, and forwards them.
//!
//! A browser cannot keep a secret key, and a laptop does not need a collector. So this one binary
//! stands between traced programs, the trace viewer, and tracing services.
//!
//! # The path of a request
//!
//! 1. `edge` reads `POST /v1/traces`: media type, compression, limits. It rejects requests as the
//!    OTLP specification says, counts them, and logs one line per reason every ten seconds
//!    (`limited_log`).
//! 2. `decode` turns bytes into spans, rejections and warnings. Each has a named reason, and is
//!    counted, logged and reported to the sender.
//! 3. `store` commits the spans to SQLite, and then acknowledges the request. A duplicate span is
//!    not stored again. Each trace's summary is updated in the same transaction, or a few seconds
//!    later for a large trace.
//! 4. `hub` notifies open viewers, through `api`'s event stream.
//! 5. `sinks` forward the spans. Each has its own cursor in the store.
//!
//! `xray` receives segments of AWS's SDK by UDP, if enabled, and stores them as spans. `listener`
//! accepts connections, `guard` controls access to traces, and `headers` sets security headers.
//!
//! # Invariants
//!
//! **An acknowledged span survives a crash.** The acknowledgement follows the commit.
//!
//! **A span within the limits is stored byte for byte.** No module between the edge and a sink
//! encodes it again (`wire`). Only OTLP JSON and X-Ray segments are converted to protobuf, once,
//! when they arrive. The exception is a span with a text that is not UTF-8, which receivers
//! reject together with its whole batch: `decode` puts U+FFFD in the text and counts the span as
//! repaired.
//!
//! **A key is in [`Secret`] or in an outgoing header.** It is in no log, error or status, and the
//! process's memory is in no core file.
//!
//! **Nothing waits for a sink.** A sink reads the store; no module sends it anything.
//!
//! **Every span is accounted for**: stored, or rejected with a reason; and for each sink sent,
//! waiting, skipped, or dropped with a reason. Imported spans go to no sink.

mod api;
mod app;
mod check;
mod clock;
mod config;
mod decode;
mod edge;
mod error;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod guard;
mod headers;
mod hub;
mod limited_log;
mod listener;
mod secret;
mod server;
mod sinks;
mod status;
mod stop;
mod store;
mod viewer;
mod wire;
mod xray;

pub use check::{Report, check};
pub use config::{
    Config, ConfigError, Honeycomb, Limits, OriginError, Otlp, PageOrigin, Retention, Rollbar, XRay,
};
pub use error::Error;
pub use secret::Secret;
pub use server::Gateway;
pub use sinks::SinkError;
pub use store::OpenError;
