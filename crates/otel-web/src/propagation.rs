//! W3C Trace Context: the headers that let a server continue the trace.

use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};

/// `version "-" trace-id "-" parent-id "-" trace-flags`, all in lowercase hexadecimal.
#[must_use]
pub fn traceparent(context: &SpanContext) -> String {
    format!(
        "00-{}-{}-{:02x}",
        context.trace_id(),
        context.span_id(),
        context.trace_flags().to_u8()
    )
}

/// Reads a `traceparent` of this or a later version. `None` when it is not valid.
#[must_use]
pub fn parse_traceparent(header: &str) -> Option<SpanContext> {
    let mut parts = header.trim().splitn(5, '-');
    let (version, trace, span, flags) =
        (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let has_more = parts.next().is_some();
    let is_known = lowercase_hex(version, 2) && version != "ff" && !(version == "00" && has_more);
    let is_well_formed =
        lowercase_hex(trace, 32) && lowercase_hex(span, 16) && lowercase_hex(flags, 2);
    if !is_known || !is_well_formed {
        return None;
    }
    let context = SpanContext::new(
        TraceId::from_hex(trace).ok()?,
        SpanId::from_hex(span).ok()?,
        TraceFlags::new(u8::from_str_radix(flags, 16).ok()?),
        true,
        TraceState::NONE,
    );
    context.is_valid().then_some(context)
}

fn lowercase_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// Which requests carry the trace's headers: those to the page's own origin, and listed others.
///
/// A foreign server that does not expect the headers may refuse the request in its preflight, so
/// nothing is sent to one that was not named.
#[derive(Clone, Debug, Default)]
pub(crate) struct Propagation {
    pub(crate) allowed_origins: Vec<String>,
}

impl Propagation {
    pub(crate) fn reaches(&self, origin: &str, own_origin: &str) -> bool {
        origin == own_origin || self.allowed_origins.iter().any(|allowed| allowed == origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03";

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
        let zeros = "00-00000000000000000000000000000000-b7ad6b7169203331-01";
        let upper = HEADER.to_uppercase();
        let too_many = format!("{HEADER}-more");
        let future = HEADER.replacen("00", "ff", 1);
        for header in [
            "",
            "00-1-2-3",
            zeros,
            &upper,
            &too_many,
            &future,
            &HEADER[..50],
        ] {
            assert!(parse_traceparent(header).is_none(), "{header}");
        }
    }

    #[test]
    fn only_named_foreign_origins_get_the_headers() {
        let propagation = Propagation {
            allowed_origins: vec!["https://api.example.com".to_owned()],
        };
        assert!(propagation.reaches("https://shop.example.com", "https://shop.example.com"));
        assert!(propagation.reaches("https://api.example.com", "https://shop.example.com"));
        assert!(!propagation.reaches(
            "https://api.example.com.evil.org",
            "https://shop.example.com"
        ));
    }
}
