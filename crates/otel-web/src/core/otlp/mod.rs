//! OTLP: encoding of spans as protobuf messages of `opentelemetry.proto.collector.trace.v1`.
//!
//! There are few messages, and they are almost never decoded here. This handwritten codec has a tenth
//! of the code size of a generated one. The tests compare it with `opentelemetry-proto`.

pub(crate) mod attributes;
pub(crate) mod encode;
#[cfg(feature = "gzip")]
pub(crate) mod gzip;
pub(crate) mod items;
pub(crate) mod reader;
pub(crate) mod writer;
