//! Matching single spans against a query.

use super::{Condition, Matcher, Query, StatusFilter, lowercase};
use crate::Span;

/// Matches single spans: a span must meet all terms by itself.
///
/// Conditions on a trace apply to the span instead: `name:`, `status:` and `duration>`. `since:` is
/// met by every span. Use [`Matcher`] for traces, where different spans may meet different terms.
///
/// # Examples
///
/// ```
/// use trace_model::{Span, query::{SpanMatcher, parse}};
///
/// let query = parse("name:like duration>20ms").query;
/// let trace_id = "6a2b7c1e98038103d269b633813fc60c".parse()?;
/// let mut span = Span::new(trace_id, "00f067aa0ba902b7".parse()?, "crud.like");
/// assert!(!SpanMatcher::new(&query).matches(&span));
/// span.end_unix_nano = 30_000_000;
/// assert!(SpanMatcher::new(&query).matches(&span));
/// # Ok::<(), trace_model::IdError>(())
/// ```
#[derive(Debug)]
pub struct SpanMatcher<'a> {
    query: &'a Query,
    matcher: Matcher<'a>,
}

impl<'a> SpanMatcher<'a> {
    /// Prepares a query for many spans.
    #[must_use]
    pub fn new(query: &'a Query) -> Self {
        Self {
            query,
            matcher: Matcher::new(query),
        }
    }

    /// Returns whether the span meets all terms.
    #[must_use]
    pub fn matches(&self, span: &Span) -> bool {
        let mut terms = self.query.terms.iter().enumerate();
        terms.all(|(index, term)| term.negated != self.meets(index, &term.condition, span))
    }

    fn meets(&self, index: usize, condition: &Condition, span: &Span) -> bool {
        match condition {
            Condition::Name(text) => lowercase(&span.name).contains(&*lowercase(text)),
            Condition::Status(StatusFilter::Error) => span.is_error(),
            Condition::Status(StatusFilter::Ok) => !span.is_error(),
            Condition::Duration(comparison, nanos) => {
                comparison.evaluate(span.duration_nano(), *nanos)
            }
            Condition::Trace(id) => span.trace_id == *id,
            Condition::Since(_) => true,
            _ => self.matcher.meets(index, span),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Attribute, SpanKind, SpanStatus, query::parse};

    #[test]
    fn a_span_must_meet_all_terms_by_itself() {
        let trace_id = "6a2b7c1e98038103d269b633813fc60c".parse().unwrap();
        let mut span = Span::new(
            trace_id,
            "00f067aa0ba902b7".parse().unwrap(),
            "SELECT likes",
        );
        span.kind = SpanKind::Client;
        span.end_unix_nano = 30_000_000;
        span.attributes = [Attribute::new("rows", 7)].into_iter().collect();
        let check = |query: &str, expected| {
            let parsed = parse(query);
            assert!(parsed.problems.is_empty(), "{query}");
            let matches = SpanMatcher::new(&parsed.query).matches(&span);
            assert_eq!(matches, expected, "{query}");
        };
        for query in [
            "",
            "LIKES",
            "name:Select",
            "kind:client rows=7",
            "rows>5 duration>=30ms",
            "status:ok",
            "-status:error",
            "-name:insert",
            "has:rows",
            "since:15m",
            "trace:6a2b7c1e98038103d269b633813fc60c",
            "service:unknown_service",
        ] {
            check(query, true);
        }
        for query in [
            "users",
            "kind:server",
            "rows=7 kind:server",
            "duration<30ms",
            "status:error",
            "-rows=7",
        ] {
            check(query, false);
        }
        span.status = SpanStatus::Error(String::new());
        let failed = parse("status:error").query;
        assert!(SpanMatcher::new(&failed).matches(&span));
    }
}
