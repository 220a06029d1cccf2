//! The header `X-Amzn-Trace-Id`, for load balancers and gateways of AWS that read nothing else.

use opentelemetry::trace::SpanContext;

use crate::core::hex;

/// Formats `Root=1-{seconds}-{random};Parent={span id};Sampled={0|1}`. X-Ray accepts our trace ids,
/// since they start with the time in seconds.
pub(crate) fn trace_id_header(context: &SpanContext) -> String {
    let (seconds, random) = {
        let bytes = context.trace_id().to_bytes();
        let (mut seconds, mut random) = (String::new(), String::new());
        hex::push(&mut seconds, &bytes[..4]);
        hex::push(&mut random, &bytes[4..]);
        (seconds, random)
    };
    let mut parent = String::new();
    hex::push(&mut parent, &context.span_id().to_bytes());
    let sampled = if context.is_sampled() { "1" } else { "0" };
    [
        "Root=1-",
        &seconds,
        "-",
        &random,
        ";Parent=",
        &parent,
        ";Sampled=",
        sampled,
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::propagation::traceparent::parse_traceparent;

    #[test]
    fn trace_id_is_split_after_the_time() {
        let parent = "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01";
        let context = parse_traceparent(parent).unwrap();
        assert_eq!(
            trace_id_header(&context),
            "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
        );
    }
}
