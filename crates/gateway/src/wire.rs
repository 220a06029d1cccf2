//! OTLP's export request with resources, scopes and spans left encoded.
//!
//! On the wire, these messages are equal to `ExportTraceServiceRequest` and its parts. Because spans
//! stay encoded, they are stored and forwarded byte for byte, including fields that this build does
//! not know, and they are not encoded again.

use bytes::Bytes;

/// `opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest`; `TracesData` is the same on the wire.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Request {
    #[prost(message, repeated, tag = "1")]
    pub(crate) resource_spans: Vec<ResourceSpans>,
}

/// `opentelemetry.proto.trace.v1.ResourceSpans`.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ResourceSpans {
    #[prost(bytes = "bytes", optional, tag = "1")]
    pub(crate) resource: Option<Bytes>,
    #[prost(message, repeated, tag = "2")]
    pub(crate) scope_spans: Vec<ScopeSpans>,
    #[prost(string, tag = "3")]
    pub(crate) schema_url: String,
}

/// `opentelemetry.proto.trace.v1.ScopeSpans`.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ScopeSpans {
    #[prost(bytes = "bytes", optional, tag = "1")]
    pub(crate) scope: Option<Bytes>,
    #[prost(bytes = "bytes", repeated, tag = "2")]
    pub(crate) spans: Vec<Bytes>,
    #[prost(string, tag = "3")]
    pub(crate) schema_url: String,
}

/// The resource and the scope that spans of one `ScopeSpans` share.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Origin {
    /// An encoded `Resource`, or empty.
    pub(crate) resource: Bytes,
    pub(crate) resource_schema_url: String,
    /// An encoded `InstrumentationScope`, or empty.
    pub(crate) scope: Bytes,
    pub(crate) scope_schema_url: String,
}

/// The tags and lengths of the four parts and of the messages around them.
const ENVELOPE_BYTES: usize = 40;

impl Origin {
    /// Returns the most bytes that the origin adds to a request.
    pub(crate) const fn encoded_bytes(&self) -> usize {
        ENVELOPE_BYTES
            + self.resource.len()
            + self.resource_schema_url.len()
            + self.scope.len()
            + self.scope_schema_url.len()
    }

    /// Returns a copy that does not share the memory of the request.
    pub(crate) fn copied(&self) -> Self {
        Self {
            resource: Bytes::copy_from_slice(&self.resource),
            scope: Bytes::copy_from_slice(&self.scope),
            ..self.clone()
        }
    }
}

/// Builds a request with one `ResourceSpans` per origin. The order of spans stays.
pub(crate) fn request(groups: impl IntoIterator<Item = (Origin, Vec<Bytes>)>) -> Request {
    let resource_spans = groups.into_iter().map(resource_spans).collect();
    Request { resource_spans }
}

fn resource_spans((origin, spans): (Origin, Vec<Bytes>)) -> ResourceSpans {
    let scope_spans = ScopeSpans {
        scope: present(origin.scope),
        spans,
        schema_url: origin.scope_schema_url,
    };
    ResourceSpans {
        resource: present(origin.resource),
        scope_spans: vec![scope_spans],
        schema_url: origin.resource_schema_url,
    }
}

fn present(message: Bytes) -> Option<Bytes> {
    (!message.is_empty()).then_some(message)
}
