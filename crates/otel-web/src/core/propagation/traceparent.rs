//! The headers `traceparent` and `tracestate`.

use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};

use crate::core::{hex, text};

/// The length of a header of version 00. Those of later versions may be longer.
const HEADER_BYTES: usize = 55;

/// Formats a `traceparent` header: version, trace id, parent id and flags in lowercase hexadecimal digits,
/// separated by `-`.
///
/// Use it for transports that [`fetch`](crate::fetch) does not cover. For an invalid context, such as that
/// of code outside a trace, all ids are zero, and receivers ignore the header.
///
/// # Examples
///
/// ## The header of a known context
///
/// ```
/// use otel_web::propagation::{parse_traceparent, traceparent};
///
/// let header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
/// let context = parse_traceparent(header).expect("a valid header");
/// assert_eq!(traceparent(&context), header);
/// ```
///
/// ## The first message of a WebSocket
///
/// ```no_run
/// use opentelemetry::trace::TraceContextExt;
/// use otel_web::propagation::traceparent;
/// # fn send(_: &str) {}
///
/// let context = otel_web::current();
/// send(&traceparent(context.span().span_context()));
/// ```
#[must_use]
pub fn traceparent(context: &SpanContext) -> String {
    let mut header = String::with_capacity(HEADER_BYTES);
    header.push_str("00-");
    hex::push(&mut header, &context.trace_id().to_bytes());
    header.push('-');
    hex::push(&mut header, &context.span_id().to_bytes());
    header.push('-');
    hex::push(&mut header, &[context.trace_flags().to_u8()]);
    header
}

/// Parses a `traceparent` header of this or a later version.
///
/// Returns a remote context without trace state, or `None` if the header is malformed or an id is zero.
/// Use it to continue a trace that another program has started, for instance in a worker.
///
/// # Examples
///
/// ## Valid and malformed headers
///
/// ```
/// use otel_web::propagation::parse_traceparent;
///
/// let context = parse_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
/// assert!(context.is_some_and(|context| context.is_remote() && context.is_sampled()));
/// assert!(parse_traceparent("00-0af7651916cd43dd-b7ad6b7169203331-01").is_none());
/// ```
#[must_use]
pub fn parse_traceparent(header: &str) -> Option<SpanContext> {
    let mut rest = header.trim_ascii();
    let is_exact = rest.len() == HEADER_BYTES;
    let mut read = |bytes: &mut [u8]| {
        let part = text::next_part(&mut rest, b'-');
        hex::read(part.as_bytes(), bytes)
    };
    let (mut version, mut trace, mut span, mut flags) = ([0], [0; 16], [0; 8], [0]);
    read(&mut version)?;
    read(&mut trace)?;
    read(&mut span)?;
    read(&mut flags)?;
    let is_known = version != [0xff] && (version != [0] || is_exact);
    let context = SpanContext::new(
        TraceId::from_bytes(trace),
        SpanId::from_bytes(span),
        TraceFlags::new(flags[0]),
        true,
        TraceState::NONE,
    );
    (is_known && context.is_valid()).then_some(context)
}

/// Formats a `tracestate` header. Returns an empty text for an empty state.
pub(crate) fn tracestate(state: &TraceState) -> String {
    let mut header = String::new();
    for (key, value) in state {
        if !header.is_empty() {
            header.push(',');
        }
        header.push_str(key);
        header.push('=');
        header.push_str(value);
    }
    header
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use opentelemetry::propagation::TextMapPropagator;
    use opentelemetry::trace::TraceContextExt;
    use opentelemetry_sdk::propagation::TraceContextPropagator as OfficialPropagator;
    use proptest::prelude::*;
    use std::collections::HashMap;

    use super::*;

    const HEADER: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03";

    fn parse_with_official_sdk(header: &str) -> SpanContext {
        let carrier = HashMap::from([("traceparent".to_owned(), header.to_owned())]);
        let context = OfficialPropagator::new()
            .extract_with_context(&opentelemetry::Context::new(), &carrier);
        context.span().span_context().clone()
    }

    #[test]
    fn parsed_header_is_formatted_unchanged() {
        let context = parse_traceparent(HEADER).unwrap();
        assert_eq!(traceparent(&context), HEADER);
        assert!(context.is_sampled() && context.is_remote());
    }

    #[test]
    fn later_version_may_have_more_fields() {
        let later = HEADER.replacen("00", "01", 1) + "-more";
        assert!(parse_traceparent(&later).is_some());
    }

    #[test]
    fn malformed_headers_are_rejected() {
        let no_trace = "00-00000000000000000000000000000000-b7ad6b7169203331-01";
        let no_span = "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01";
        let upper = HEADER.to_uppercase();
        let too_many = [HEADER, "-more"].concat();
        let future = HEADER.replacen("00", "ff", 1);
        let short = &HEADER[..50];
        for header in [
            "", "00-1-2-3", no_trace, no_span, &upper, &too_many, &future, short,
        ] {
            assert!(parse_traceparent(header).is_none(), "{header}");
        }
    }

    #[test]
    fn trace_state_keeps_its_order() {
        let state = TraceState::from_key_value([("ot", "th:c"), ("other", "1")]).unwrap();
        assert_eq!(tracestate(&state), state.header());
        assert_eq!(tracestate(&TraceState::NONE), "");
    }

    proptest! {
        #[test]
        fn every_context_is_parsed_back(trace in 1_u128.., span in 1_u64.., flags: u8) {
            let (trace, span) = (TraceId::from(trace), SpanId::from(span));
            let flags = TraceFlags::new(flags);
            let context = SpanContext::new(trace, span, flags, true, TraceState::NONE);
            prop_assert_eq!(parse_traceparent(&traceparent(&context)), Some(context));
        }

        #[test]
        fn any_text_is_parsed_without_panic(text in "\\PC*") {
            let _ = parse_traceparent(&text);
        }

        #[test]
        fn official_sdk_agrees_on_nearly_valid_headers(
            header in "(0[01f]|ff)-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(-x)?"
        ) {
            let official = parse_with_official_sdk(&header);
            let context = parse_traceparent(&header);
            prop_assert_eq!(context.is_some(), official.is_valid());
            if let Some(context) = context {
                prop_assert_eq!(context.trace_id(), official.trace_id());
                prop_assert_eq!(context.span_id(), official.span_id());
                prop_assert_eq!(context.is_sampled(), official.is_sampled());
            }
        }
    }
}
