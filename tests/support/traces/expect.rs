//! What a journey says its actions did: `action("crud.like").calls("PUT /api/activities/{uuid}/like")`.

use std::fmt::Write as _;

use opentelemetry_proto::tonic::trace::v1::span::SpanKind;

use super::rules::{self, BACK_END, PAGE};
use super::span::Span;
use super::trace::Trace;

/// One trace: its root's name, the requests it made (these and no others) and spans that must be in it.
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

/// How far into the servers a request went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    /// Nobody answered who traces.
    Network,
    BackEnd,
    Database,
}

pub(crate) fn action(root: &str) -> Expected {
    Expected {
        root: root.to_owned(),
        requests: vec![],
        spans: vec![],
        error: false,
    }
}

impl Expected {
    /// A request that went through the back end into the database.
    pub(crate) fn calls(self, request: &str) -> Self {
        self.request(request, Reach::Database)
    }

    /// A request that the back end answered without its database.
    pub(crate) fn calls_without_sql(self, request: &str) -> Self {
        self.request(request, Reach::BackEnd)
    }

    /// A request that the back end never saw.
    pub(crate) fn calls_in_vain(self, request: &str) -> Self {
        self.request(request, Reach::Network)
    }

    pub(crate) fn with_span(mut self, name: &str) -> Self {
        self.spans.push(name.to_owned());
        self
    }

    /// The action's own span has status ERROR; otherwise it must not have it.
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

    fn complaints(&self, trace: &Trace) -> Vec<String> {
        let mut complaints = rules::broken(trace);
        let made = requests(trace);
        if made != self.requests {
            complaints.push(format!("requests {made:?}, expected {:?}", self.requests));
        }
        if trace
            .roots()
            .next()
            .is_some_and(|root| root.error != self.error)
        {
            complaints.push(format!("the root's error is {}", !self.error));
        }
        let absent = |name: &&String| trace.spans.iter().all(|span| span.name != **name);
        let missing = self.spans.iter().filter(absent);
        complaints.extend(missing.map(|name| format!("no span {name:?}")));
        complaints
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

/// Holds what is stored against a journey: these traces, in this order, and no others.
pub(crate) fn compare(expected: &[Expected], stored: &[Trace]) -> Result<(), String> {
    let names: Vec<_> = stored.iter().map(Trace::name).collect();
    let wanted: Vec<_> = expected.iter().map(|action| action.root.as_str()).collect();
    if names != wanted {
        return Err(format!(
            "stored {names:#?}\nexpected {wanted:#?}\n{}",
            pictures(stored)
        ));
    }
    let mut report = String::new();
    for (action, trace) in expected.iter().zip(stored) {
        for complaint in action.complaints(trace) {
            write!(report, "{}: {complaint}\n{trace}", action.root).expect("writing to a String");
        }
    }
    if report.is_empty() {
        Ok(())
    } else {
        Err(report)
    }
}

fn pictures(traces: &[Trace]) -> String {
    traces.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::super::samples::like;
    use super::*;

    const LIKE: &str = "PUT /api/activities/{uuid}/like";

    fn refused(expected: Expected, trace: Trace) -> String {
        compare(&[expected], &[trace]).expect_err("a complaint")
    }

    #[test]
    fn the_trace_of_a_like_is_what_was_expected() {
        let expected = action("crud.like")
            .calls(LIKE)
            .with_span("INSERT activity_likes");
        assert_eq!(compare(&[expected], &[like()]), Ok(()));
    }

    #[test]
    fn another_name_or_another_trace_is_refused_with_a_picture() {
        let report = refused(action("crud.unlike").calls(LIKE), like());
        assert!(
            report.contains("crud.unlike")
                && report.contains("INSERT activity_likes · cruddur Client")
        );
        assert!(compare(&[action("crud.like").calls(LIKE)], &[like(), like()]).is_err());
        assert!(compare(&[action("crud.like").calls(LIKE)], &[]).is_err());
    }

    #[test]
    fn a_request_that_was_not_made_or_not_expected_is_refused() {
        assert!(refused(action("crud.like"), like()).contains("requests"));
        let twice = action("crud.like").calls(LIKE).calls(LIKE);
        assert!(refused(twice, like()).contains("requests"));
    }

    #[test]
    fn a_request_must_reach_as_far_as_expected() {
        let mut spans = like().spans;
        spans.pop();
        let without_sql = Trace::new(spans.clone());
        assert!(refused(action("crud.like").calls(LIKE), without_sql.clone()).contains("BackEnd"));
        let expected = [action("crud.like").calls_without_sql(LIKE)];
        assert_eq!(compare(&expected, &[without_sql]), Ok(()));
        spans.pop();
        let expected = [action("crud.like").calls_in_vain(LIKE)];
        assert_eq!(compare(&expected, &[Trace::new(spans)]), Ok(()));
    }

    #[test]
    fn a_missing_span_or_an_unexpected_outcome_is_refused() {
        let expected = action("crud.like").calls(LIKE);
        assert!(refused(expected.clone().with_span("audit"), like()).contains("no span \"audit\""));
        assert!(refused(expected.clone().fails(), like()).contains("error is false"));
        let mut spans = like().spans;
        spans[0].error = true;
        assert!(refused(expected, Trace::new(spans)).contains("error is true"));
    }

    #[test]
    fn a_broken_rule_is_refused_whatever_was_expected() {
        let mut spans = like().spans;
        spans[2].parent_id = None;
        let report = refused(action("crud.like").calls_in_vain(LIKE), Trace::new(spans));
        assert!(report.contains("2 roots"), "{report}");
    }
}
