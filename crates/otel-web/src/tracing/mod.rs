//! Spans and events of the crate [`tracing`](https://docs.rs/tracing), recorded as spans of this crate.
//!
//! With the feature `tracing`, `#[tracing::instrument]`, `tracing::info_span!` and `tracing::error!` work in a
//! page. A span is a child of the action, request handler or span whose code is running, and requests inside
//! it are its children.
//!
//! # Which type to use
//!
//! - [`Subscriber`] is complete by itself and small. Use it if nothing else in the page reads spans of `tracing`.
//! - `Layer` (feature `tracing-layer`) can be combined with other layers of `tracing-subscriber`, such as one that writes
//!   to the console. It needs that crate's registry.
//!
//! # Recorded data
//!
//! | in `tracing` | in the trace |
//! |---|---|
//! | a span | a span with the same name. Its scope is the span's target, by default the module |
//! | fields, also those recorded later | attributes. Texts are truncated to 8 KiB |
//! | `otel.name`, `otel.kind`, `otel.status_code`, `otel.status_description` | name, kind and status of the span, as in `tracing-opentelemetry` |
//! | an event inside a span or action | an event with the message as its name, and the attributes `level` and `target` |
//! | an event of the level `ERROR` | an exception, as with [`record_error`](crate::record_error()): span and action get the status `error`. Outside a trace it becomes a root span named `error` |
//! | `follows_from` | a link |
//!
//! The location in the source is in `code.file.path` and `code.line.number` of spans and errors.
//!
//! # Parents
//!
//! A span without an explicit parent starts below [`current`](crate::current()). Entering a span attaches its
//! context, so spans of `tracing` and of the OpenTelemetry API can be nested in any order, and futures of several
//! actions do not mix. Futures that run on their own need [`spawn`](crate::spawn()) or
//! `tracing::Instrument`, as everywhere with `tracing`.
//!
//! # Limits
//!
//! - Other events outside a trace are not recorded, because there are no logs.
//! - A span belongs to the thread on which it started.
//! - A guard of `Span::enter` that is kept across an `.await` stays entered while other code runs. Use
//!   `Instrument` or `#[instrument]` instead: `tracing` says the same.

mod events;
mod fields;
#[cfg(feature = "tracing-layer")]
mod layer;
mod open_spans;
mod subscriber;

#[cfg(feature = "tracing-layer")]
pub use layer::Layer;
pub use subscriber::Subscriber;
