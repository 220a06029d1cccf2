//! OTLP JSON: ProtoJSON with hex ids and integer enums, as the OTLP specification has it.
//!
//! Unknown fields are ignored, and so are `snake_case` keys, which the specification calls
//! invalid. `null` is an absent field. 64-bit integers are strings or numbers. The result is
//! encoded as protobuf at once: behind this module there is one form of a span only.

mod fields;
mod messages;
mod values;

use prost::Message;

use self::messages::{ExportRequest, ResourceSpans, ScopeSpans};
use super::{Decoded, Malformed, validate::accept};
use crate::wire::Origin;

pub(super) fn decode(body: &[u8]) -> Result<Decoded, Malformed> {
    let request: ExportRequest = serde_json::from_slice(body)?;
    let mut decoded = Decoded::default();
    for resource_spans in request.resource_spans.unwrap_or_default() {
        take_resource(resource_spans, &mut decoded);
    }
    Ok(decoded)
}

fn take_resource(spans: ResourceSpans, decoded: &mut Decoded) {
    let shared = Origin {
        resource: encoded(spans.resource.map(|resource| resource.into_message())),
        resource_schema_url: spans.schema_url.unwrap_or_default(),
        ..Origin::default()
    };
    for scope_spans in spans.scope_spans.unwrap_or_default() {
        take_scope(&shared, scope_spans, decoded);
    }
}

fn take_scope(shared: &Origin, spans: ScopeSpans, decoded: &mut Decoded) {
    let origin = Origin {
        scope: encoded(spans.scope.map(|scope| scope.into_message())),
        scope_schema_url: spans.schema_url.unwrap_or_default(),
        ..shared.clone()
    };
    let mut accepted = Vec::new();
    for span in spans.spans.unwrap_or_default() {
        let span = span.into_message();
        match accept(&span, span.encode_to_vec().into()) {
            Ok(span) => accepted.push(span),
            Err(reason) => decoded.rejections.count(reason),
        }
    }
    decoded.batch.push((origin, accepted));
}

fn encoded(message: Option<impl Message>) -> bytes::Bytes {
    message
        .map(|message| message.encode_to_vec().into())
        .unwrap_or_default()
}
