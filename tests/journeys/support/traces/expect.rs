//! The expected traces of a journey: `action("crud.like").calls("PUT /api/activities/{uuid}/like")`.

use std::fmt::Write as _;

use opentelemetry_proto::tonic::trace::v1::span::SpanKind;

use super::rules::{self, BACK_END, PAGE};
use super::span::Span;
use super::trace::Trace;

/// An expected trace: the name of its root, exactly these requests, and spans that it must contain.
#[derive(Clone, Debug)]
pub(crate) struct Expected {
    root: String,
    requests: Vec<Request>,
    spans: Vec<String>,
    error: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Request {
    name: String,
    reach: Reach,
}

/// The innermost service that handled a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    /// No server span: the request failed, or the server does not trace.
    Network,
    BackEnd,
    Database,
}

/// Expects a trace with this root span and no requests.
pub(crate) fn action(root: &str) -> Expected {
    Expected {
        root: root.to_owned(),
        requests: vec![],
        spans: vec![],
        error: false,
    }
}

impl Expected {
    /// Expects a request that the back end handled with a query of its database.
    pub(crate) fn calls(self, request: &str) -> Self {
        self.request(request, Reach::Database)
    }

    /// Expects a request that the back end handled without its database.
    pub(crate) fn calls_without_sql(self, request: &str) -> Self {
        self.request(request, Reach::BackEnd)
    }

    /// Expects a request that did not reach the back end.
    pub(crate) fn calls_unanswered(self, request: &str) -> Self {
        self.request(request, Reach::Network)
    }

    /// Expects a span with this name.
    pub(crate) fn with_span(mut self, name: &str) -> Self {
        self.spans.push(name.to_owned());
        self
    }

    /// Expects the status of the root span to be `ERROR`. By default, it must not be.
    pub(crate) fn fails(mut self) -> Self {
        self.error = true;
        self
    }

    fn request(mut self, name: &str, reach: Reach) -> Self {
        self.requests.push(Request {
            name: name.to_owned(),
            reach,
        });
        self.requests.sort();
        self
    }

    fn violations(&self, trace: &Trace) -> Vec<String> {
        let mut violations = rules::violations(trace);
        let requests = requests(trace);
        if requests != self.requests {
            violations.push(format!(
                "requests {requests:?}, expected {:?}",
                self.requests
            ));
        }
        if trace
            .roots()
            .next()
            .is_some_and(|root| root.error != self.error)
        {
            violations.push(format!("the root's error is {}", !self.error));
        }
        let absent = |name: &&String| trace.spans.iter().all(|span| span.name != **name);
        let missing = self.spans.iter().filter(absent);
        violations.extend(missing.map(|name| format!("no span {name:?}")));
        violations
    }
}

fn requests(trace: &Trace) -> Vec<Request> {
    let of_page = trace
        .spans
        .iter()
        .filter(|span| span.service == PAGE && span.is_http_request());
    let mut requests: Vec<_> = of_page
        .map(|span| Request {
            name: span.name.clone(),
            reach: reach(trace, span),
        })
        .collect();
    requests.sort();
    requests
}

fn reach(trace: &Trace, request: &Span) -> Reach {
    let answers = |span: &&Span| span.kind == SpanKind::Server && span.service == BACK_END;
    match trace.children(request).filter(answers).collect::<Vec<_>>()[..] {
        [server] if trace.descendants(server).iter().any(|span| span.is_sql()) => Reach::Database,
        [_] => Reach::BackEnd,
        _ => Reach::Network,
    }
}

/// Compares the stored traces with the expected ones, in order.
///
/// # Errors
///
/// A report of all differences, with the stored traces as trees.
pub(crate) fn compare(expected: &[Expected], stored: &[Trace]) -> Result<(), String> {
    let names: Vec<_> = stored.iter().map(Trace::name).collect();
    let expected_names: Vec<_> = expected.iter().map(|action| action.root.as_str()).collect();
    if names != expected_names {
        return Err(format!(
            "stored {names:#?}\nexpected {expected_names:#?}\n{}",
            trees(stored)
        ));
    }
    let mut report = String::new();
    for (action, trace) in expected.iter().zip(stored) {
        for violation in action.violations(trace) {
            write!(report, "{}: {violation}\n{trace}", action.root).expect("writing to a String");
        }
    }
    if report.is_empty() {
        Ok(())
    } else {
        Err(report)
    }
}

fn trees(traces: &[Trace]) -> String {
    traces.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::super::samples::like;
    use super::*;

    const LIKE: &str = "PUT /api/activities/{uuid}/like";

    fn report(expected: Expected, trace: Trace) -> String {
        compare(&[expected], &[trace]).expect_err("a difference")
    }

    #[test]
    fn matching_trace_is_accepted() {
        let expected = action("crud.like")
            .calls(LIKE)
            .with_span("INSERT activity_likes");
        assert_eq!(compare(&[expected], &[like()]), Ok(()));
    }

    #[test]
    fn other_traces_are_reported_with_their_trees() {
        let report = report(action("crud.unlike").calls(LIKE), like());
        assert!(
            report.contains("crud.unlike")
                && report.contains("INSERT activity_likes · cruddur Client")
        );
        assert!(compare(&[action("crud.like").calls(LIKE)], &[like(), like()]).is_err());
        assert!(compare(&[action("crud.like").calls(LIKE)], &[]).is_err());
    }

    #[test]
    fn missing_and_unexpected_requests_are_reported() {
        assert!(report(action("crud.like"), like()).contains("requests"));
        let twice = action("crud.like").calls(LIKE).calls(LIKE);
        assert!(report(twice, like()).contains("requests"));
    }

    #[test]
    fn requests_must_reach_the_expected_service() {
        let mut spans = like().spans;
        spans.pop();
        let without_sql = Trace::new(spans.clone());
        assert!(report(action("crud.like").calls(LIKE), without_sql.clone()).contains("BackEnd"));
        let expected = [action("crud.like").calls_without_sql(LIKE)];
        assert_eq!(compare(&expected, &[without_sql]), Ok(()));
        spans.pop();
        let expected = [action("crud.like").calls_unanswered(LIKE)];
        assert_eq!(compare(&expected, &[Trace::new(spans)]), Ok(()));
    }

    #[test]
    fn missing_span_and_unexpected_status_are_reported() {
        let expected = action("crud.like").calls(LIKE);
        assert!(report(expected.clone().with_span("audit"), like()).contains("no span \"audit\""));
        assert!(report(expected.clone().fails(), like()).contains("error is false"));
        let mut spans = like().spans;
        spans[0].error = true;
        assert!(report(expected, Trace::new(spans)).contains("error is true"));
    }

    #[test]
    fn rule_violation_is_reported_for_a_matching_trace() {
        let mut spans = like().spans;
        spans[2].parent_id = None;
        let report = report(
            action("crud.like").calls_unanswered(LIKE),
            Trace::new(spans),
        );
        assert!(report.contains("2 roots"), "{report}");
    }
}
