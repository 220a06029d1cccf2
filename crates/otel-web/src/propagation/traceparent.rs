//! `traceparent` and `tracestate`.

use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};

use crate::{hex, text};

/// Of a header in this version; later ones may be longer.
const LENGTH: usize = 55;

/// `version "-" trace-id "-" parent-id "-" trace-flags`, all in lowercase hexadecimal.
#[must_use]
pub fn traceparent(context: &SpanContext) -> String {
    let mut header = String::with_capacity(LENGTH);
    header.push_str("00-");
    hex::push(&mut header, &context.trace_id().to_bytes());
    header.push('-');
    hex::push(&mut header, &context.span_id().to_bytes());
    header.push('-');
    hex::push(&mut header, &[context.trace_flags().to_u8()]);
    header
}

/// Reads a `traceparent` of this or a later version. `None` when it is not valid.
#[must_use]
pub fn parse_traceparent(header: &str) -> Option<SpanContext> {
    let mut rest = header.trim_ascii();
    let is_exact = rest.len() == LENGTH;
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

/// `key "=" value` with commas between; empty where there is nothing to say.
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
    use opentelemetry_sdk::propagation::TraceContextPropagator as Official;
    use proptest::prelude::*;
    use std::collections::HashMap;

    use super::*;

    const HEADER: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03";

    fn read_by_the_official_sdk(header: &str) -> SpanContext {
        let carrier = HashMap::from([("traceparent".to_owned(), header.to_owned())]);
        let context =
            Official::new().extract_with_context(&opentelemetry::Context::new(), &carrier);
        context.span().span_context().clone()
    }

    #[test]
    fn what_is_written_is_read_back() {
        let context = parse_traceparent(HEADER).unwrap();
        assert_eq!(traceparent(&context), HEADER);
        assert!(context.is_sampled() && context.is_remote());
    }

    #[test]
    fn a_later_version_may_have_more_fields() {
        let later = HEADER.replacen("00", "01", 1) + "-more";
        assert!(parse_traceparent(&later).is_some());
    }

    #[test]
    fn malformed_headers_are_no_parent() {
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
    fn a_state_keeps_its_order() {
        let state = TraceState::from_key_value([("ot", "th:c"), ("other", "1")]).unwrap();
        assert_eq!(tracestate(&state), state.header());
        assert_eq!(tracestate(&TraceState::NONE), "");
    }

    proptest! {
        #[test]
        fn every_context_survives_the_header(trace in 1_u128.., span in 1_u64.., flags: u8) {
            let (trace, span) = (TraceId::from(trace), SpanId::from(span));
            let flags = TraceFlags::new(flags);
            let context = SpanContext::new(trace, span, flags, true, TraceState::NONE);
            prop_assert_eq!(parse_traceparent(&traceparent(&context)), Some(context));
        }

        #[test]
        fn no_text_breaks_the_reader(text in "\\PC*") {
            let _ = parse_traceparent(&text);
        }

        #[test]
        fn nearly_valid_headers_are_read_as_the_official_sdk_reads_them(
            header in "(0[01f]|ff)-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(-x)?"
        ) {
            let official = read_by_the_official_sdk(&header);
            let ours = parse_traceparent(&header);
            prop_assert_eq!(ours.is_some(), official.is_valid());
            if let Some(ours) = ours {
                prop_assert_eq!(ours.trace_id(), official.trace_id());
                prop_assert_eq!(ours.span_id(), official.span_id());
                prop_assert_eq!(ours.is_sampled(), official.is_sampled());
            }
        }
    }
}
