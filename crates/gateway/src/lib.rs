//! OTLP in, a live trace viewer, and vendors behind it.
//!
//! A browser cannot keep a key, and a laptop needs no collector. So this one binary stands
//! between the programs that are traced and those who look at the traces: it takes
//! OTLP/HTTP, keeps spans in a file, shows them live, and forwards them.
//!
//! # The path of a request
//!
//! 1. `edge` reads `POST /v1/traces`: media type, compression, limits. What it refuses, it
//!    refuses as the OTLP specification says, counts, and logs, a line of each reason in ten
//!    seconds (`limited_log`).
//! 2. `decode` turns bytes into spans, rejections and warnings. Each has a named reason,
//!    is counted, logged, and reported to the sender.
//! 3. `store` commits the spans to SQLite; only then is the request acknowledged. A span
//!    that is already there is not stored again. Each trace's summary is kept up to date,
//!    that of a large trace some seconds later.
//! 4. `hub` tells the open viewers, through `api`'s event stream.
//! 5. `sinks` send the spans on, each from its own place in the store.
//!
//! `xray` takes segments of AWS's SDK by UDP, off by default, and stores them as spans.
//! `listener` takes the connections, `guard` says who may look at traces, `headers` what
//! browsers may do with answers.
//!
//! # Invariants
//!
//! **An acknowledged span survives a crash.** The acknowledgement follows the commit.
//!
//! **A span within the limits is stored byte for byte.** Nothing between the edge and a sink encodes a span
//! anew (`wire`); only OTLP JSON and X-Ray's segments become protobuf, once, as they come.
//! So does a span with a text that is not UTF-8, as no receiver takes a batch that has one:
//! `decode` puts U+FFFD where text is missing and counts the span as repaired.
//!
//! **A key is in [`Secret`] or in an outgoing header.** It is in no log, error or status, and
//! the program's memory is in no core file.
//!
//! **Nothing waits for a sink.** A sink reads the store; nobody hands it anything.
//!
//! **Every span is accounted for**: stored, or rejected with a reason; and for each sink
//! sent, waiting, skipped, or dropped with a reason. Imported spans are for no sink.

mod api;
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
mod parts;
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
