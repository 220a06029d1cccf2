//! OTLP: spans as the protobuf bytes of `opentelemetry/proto/collector/trace/v1`.
//!
//! The messages are few and hardly ever read here, so they are written by hand: a tenth of the code
//! size of a generated codec. The tests hold every byte against `opentelemetry-proto`.

mod attributes;
mod encode;
#[cfg(feature = "gzip")]
mod gzip;
mod reader;
mod writer;

pub(crate) use attributes::{AnyValue, Attributes, COUNT_LIMIT};
pub(crate) use encode::{
    ScopeSpans, encode_request, encode_span, event_attributes, resource_attributes,
    span_attributes, write_encoded_event, write_event, write_link,
};
#[cfg(feature = "gzip")]
pub(crate) use gzip::gzip;
#[cfg(feature = "testing")]
pub(crate) use reader::{Field, Fields, find};
pub(crate) use reader::{is_answer, keep_spans, partial_success};
pub(crate) use writer::Writer;
