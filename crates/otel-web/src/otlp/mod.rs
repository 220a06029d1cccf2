//! OTLP: encoding of spans as protobuf messages of `opentelemetry.proto.collector.trace.v1`.
//!
//! There are few messages, and they are almost never decoded here. This handwritten codec has a tenth
//! of the code size of a generated one. The tests compare it with `opentelemetry-proto`.

mod attributes;
mod encode;
#[cfg(feature = "gzip")]
mod gzip;
mod reader;
mod writer;

pub(crate) use attributes::{AnyValue, Attributes, MAX_ITEMS_PER_SPAN};
pub(crate) use encode::{
    ScopeSpans, encode_request, encode_span, event_attributes, resource_attributes,
    span_attributes, write_encoded_event, write_event, write_link,
};
#[cfg(feature = "gzip")]
pub(crate) use gzip::gzip;
#[cfg(feature = "testing")]
pub(crate) use reader::{Field, Fields, find};
pub(crate) use reader::{filter_spans, is_otlp_response, partial_success};
pub(crate) use writer::Writer;
