//! A gateway for OpenTelemetry traces: accepts OTLP, shows traces live, and forwards them to vendors.
//!
//! A page in a browser cannot keep a vendor key, and a development machine does not need a collector.
//! This program accepts OTLP/HTTP from pages and other programs, stores spans and log records in a SQLite
//! file, serves a viewer, and forwards spans and log records to Honeycomb and any OTLP receiver, and
//! spans to AWS X-Ray and Rollbar.
//!
//! # The path of a request
//!
//! 1. `edge` handles `POST /v1/traces` and `POST /v1/logs`: media type, compression, limits. A rejected
//!    request gets an error as in the OTLP specification. It is counted, and logged at most once per
//!    reason in ten seconds.
//! 2. `decode` decodes the body to spans, rejections and warnings. Each rejection has a named reason,
//!    is counted and logged, and is reported to the client.
//! 3. `store` commits the spans to SQLite. After that, the request is acknowledged. A span that is
//!    already stored is not stored again. The summary of each trace is updated, that of a large trace
//!    some seconds later.
//! 4. `hub` publishes the summaries to open viewers, through the event stream of `api`.
//! 5. `sinks` forward the spans, each from its own cursor in the store.
//!
//! `symbols` names the functions in stack traces of optimized pages, for `api` and the sinks of exceptions.
//! `analytics` is the interface of overviews of many traces, which the store implements.
//!
//! `xray` accepts segments of AWS's SDK by UDP, off by default, and stores them as spans. `listener`
//! accepts connections, `guard` controls access to traces, `cross_site` rejects changes by pages of
//! other origins, `headers` adds security headers. `app`
//! assembles the parts, and `tasks` runs and ends what runs beside the server.
//!
//! # Invariants
//!
//! **An acknowledged span survives a crash.** The acknowledgement follows the commit.
//!
//! **A span within the limits is stored byte for byte.** Nothing between `edge` and a sink encodes a
//! span again (`wire`). Only OTLP JSON and X-Ray segments are converted to protobuf, when they arrive.
//! A span with text that is not UTF-8 is converted, too, because no receiver accepts it: `decode`
//! replaces invalid bytes by U+FFFD, and counts the span as repaired.
//!
//! **A key is only in [`Secret`] or in an outgoing header.** It is in no log line, error or status, and
//! core dumps are disabled.
//!
//! **Nothing waits for a sink.** Sinks read the store; no other part sends them spans.
//!
//! **Each span is accounted for**: stored, or rejected with a reason; and for each sink sent, waiting,
//! skipped, or dropped with a reason. Imported spans are not forwarded.
//!
//! # Example
//!
//! ```no_run
//! use otel_web_gateway::{Config, Gateway};
//!
//! # async fn example() -> Result<(), otel_web_gateway::Error> {
//! let gateway = Gateway::start(&Config::default()).await?;
//! println!("listening on http://{}", gateway.address());
//! gateway.serve(std::future::pending()).await;
//! # Ok(())
//! # }
//! ```

mod analytics;
mod api;
mod app;
mod check;
mod cli;
mod clock;
mod config;
mod cross_site;
mod decode;
mod edge;
mod error;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod guard;
mod headers;
mod hub;
mod listener;
mod log_text;
mod secret;
mod server;
mod sinks;
mod status;
mod store;
mod symbols;
mod tasks;
mod viewer;
mod wire;
mod xray;

pub use check::{Report, check};
pub use cli::{Cli, CliError};
pub use config::{
    Config, ConfigError, FileError, Honeycomb, Limits, OriginError, Otlp, PageOrigin, Retention,
    Rollbar, SecretError, XRay,
};
pub use error::Error;
pub use secret::Secret;
pub use server::Gateway;
pub use sinks::SinkError;
pub use store::OpenError;
pub use symbols::{SymbolsCommand, SymbolsCommandError};
