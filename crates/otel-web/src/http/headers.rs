//! The decision which requests get propagation headers, and the headers.

use opentelemetry::Context;
use opentelemetry::trace::SpanContext;

use crate::browser::js;
#[cfg(feature = "baggage")]
use crate::core::propagation::baggage;
use crate::core::propagation::origin::origin_of;
use crate::core::propagation::traceparent::{traceparent, tracestate};
use crate::core::propagation::xray;
use crate::core::slot::{self, Slot};

thread_local! {
    static PROPAGATION: Slot<Propagation> = const { Slot::new(None) };
}

/// The settings for propagation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Propagation {
    /// Origins besides the page's own, e.g. `https://api.example.com`.
    pub(crate) allowed_origins: Vec<String>,
    /// Absolute URLs without headers, with `*` for any characters.
    pub(crate) excluded: Vec<String>,
    /// Whether `X-Amzn-Trace-Id` is added.
    pub(crate) xray: bool,
}

pub(crate) fn install(propagation: Propagation) {
    slot::put(&PROPAGATION, Box::new(propagation));
}

/// Calls `set` with each header for a request to `url`. `span_context` is that of the request's span,
/// which was started in `caller`.
pub(crate) fn inject(
    #[cfg_attr(not(feature = "baggage"), expect(unused_variables))] caller: &Context,
    span_context: &SpanContext,
    url: &str,
    set: &mut dyn FnMut(&str, &str),
) {
    slot::with(&PROPAGATION, |propagation| {
        if !span_context.is_valid() || !propagation.reaches(url) {
            return;
        }
        set("traceparent", &traceparent(span_context));
        let state = tracestate(span_context.trace_state());
        if !state.is_empty() {
            set("tracestate", &state);
        }
        if propagation.xray {
            set("X-Amzn-Trace-Id", &xray::trace_id_header(span_context));
        }
        #[cfg(feature = "baggage")]
        baggage::inject(caller, set);
    });
}

impl Propagation {
    fn reaches(&self, url: &str) -> bool {
        let own = js::text(&js_sys::global(), "origin").unwrap_or_default();
        self.includes(origin_of(url), &own) && !self.excludes(url)
    }

    /// Compares the URL without query and fragment.
    fn excludes(&self, url: &str) -> bool {
        let end = url.bytes().position(|byte| matches!(byte, b'?' | b'#'));
        let url = url.as_bytes().split_at(end.unwrap_or(url.len())).0;
        let mut patterns = self.excluded.iter();
        patterns.any(|pattern| matches_pattern(pattern.as_bytes(), url))
    }

    fn includes(&self, origin: &str, own: &str) -> bool {
        origin == own || self.allowed_origins.iter().any(|allowed| allowed == origin)
    }
}

/// Whether a text matches a pattern, in which `*` stands for any characters.
fn matches_pattern(pattern: &[u8], text: &[u8]) -> bool {
    let (mut in_pattern, mut in_text) = (0, 0);
    // The positions after the last star, and in the text where the rest of the pattern is tried.
    let mut retry = None;
    while in_text < text.len() {
        let expected = pattern.get(in_pattern);
        if expected == Some(&b'*') {
            in_pattern += 1;
            retry = Some((in_pattern, in_text));
        } else if expected == text.get(in_text) {
            in_pattern += 1;
            in_text += 1;
        } else if let Some((after_star, tried)) = &mut retry {
            *tried += 1;
            (in_pattern, in_text) = (*after_star, *tried);
        } else {
            return false;
        }
    }
    let rest = pattern.get(in_pattern..).unwrap_or_default();
    rest.iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excluded_urls_get_no_headers() {
        let propagation = Propagation {
            excluded: [
                "https://a.example/files/*",
                "https://a.example/*/export",
                "https://a.example/in",
            ]
            .map(str::to_owned)
            .to_vec(),
            ..Propagation::default()
        };
        let excludes = |path: &str| propagation.excludes(&["https://a.example", path].concat());
        for path in [
            "/files/",
            "/files/a/b.pdf?v=1#p",
            "/x/export",
            "/x/y/export?all",
            "/in",
            "/in?next=/",
        ] {
            assert!(excludes(path), "{path}");
        }
        for path in [
            "/",
            "/files",
            "/filesystem/x",
            "/export/x",
            "/x/exports",
            "/in/",
            "/x?/files/a",
        ] {
            assert!(!excludes(path), "{path}");
        }
        assert!(!propagation.excludes("https://b.example/files/a"));
    }

    #[test]
    fn star_matches_any_characters() {
        for (pattern, text, expected) in [
            ("", "", true),
            ("*", "", true),
            ("*", "abc", true),
            ("a*", "ba", false),
            ("*a*b", "xaxbxb", true),
            ("*ab", "aab", true),
            ("a*a", "a", false),
            ("a**b", "ab", true),
            ("*x", "xxxy", false),
        ] {
            assert_eq!(
                matches_pattern(pattern.as_bytes(), text.as_bytes()),
                expected,
                "{pattern} {text}"
            );
        }
        let long = "a".repeat(300_000);
        assert!(!matches_pattern(b"*a*a*a*b", long.as_bytes()));
    }

    #[test]
    fn other_origins_get_headers_only_if_allowed() {
        let propagation = Propagation {
            allowed_origins: vec!["https://api.example.com".to_owned()],
            ..Propagation::default()
        };
        let own = "https://shop.example.com";
        let reaches = |url| propagation.includes(origin_of(url), own);
        assert!(reaches("https://shop.example.com/cart?of=https://evil.org"));
        assert!(reaches("https://api.example.com/"));
        assert!(!reaches("https://api.example.com.evil.org/"));
        assert!(!reaches("https://shop.example.com.evil.org/"));
        assert!(!reaches("https://shop.example.com./"));
        assert!(!reaches("https://evil.org/https://shop.example.com/"));
        assert!(!reaches("blob:https://shop.example.com/0b6b7c9e"));
        assert!(!reaches("https://api.example.com:8443/"));
        assert!(!reaches("http://shop.example.com/"));
        assert!(!reaches("data:text/plain,https://shop.example.com/"));
    }
}
