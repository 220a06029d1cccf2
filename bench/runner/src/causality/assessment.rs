//! Compares the trace that a span should be in with the one that it is in.

use std::collections::{HashMap, HashSet};
use std::fmt;

use bench_runner::collector::{Observed, Received};
use serde_json::{Value, json};

use super::trace_tally::{TraceMatch, TraceTally};

/// Seven spans of each of the fifty actions, and two of each of the three pages.
const MARKS: usize = 50 * 7 + 3 * 2;
/// Three requests with a response of each action, and one of each page.
const REQUESTS: usize = 50 * 3 + 3;

#[derive(Clone, Debug, Default)]
pub(crate) struct Assessment {
    pub(crate) marks: TraceTally,
    pub(crate) requests: TraceTally,
    /// Traces of actions that have no root, or more than one.
    rootless: usize,
    pub(crate) mismatches: Vec<String>,
    runs: usize,
}

/// Returns the number at the end of a name or path.
pub(crate) fn number(text: &str) -> Option<u64> {
    let digits = text
        .rsplit(|character: char| !character.is_ascii_digit())
        .next()?;
    digits.parse().ok()
}

impl Assessment {
    pub(crate) fn of(observed: &Observed) -> Self {
        let owners = Owners::of(observed);
        let mut assessment = Self {
            rootless: rootless(observed),
            runs: 1,
            ..Self::default()
        };
        for span in observed.received.iter().flat_map(|request| &request.spans) {
            if let Some(number) = number(&span.name).filter(|_| span.name.starts_with("m.")) {
                let found = owners.match_trace(number, &span.trace_id);
                assessment.marks.count(found);
                assessment.record(found, &span.name);
            }
        }
        for request in &observed.received {
            if let Some(number) = number(&request.path) {
                let found = owners.match_trace(number, trace_of(request));
                assessment.requests.count(found);
                assessment.record(found, &request.path);
            }
        }
        assessment
    }

    /// Adds another run.
    pub(crate) fn add(&mut self, other: Self) {
        self.marks.add(other.marks);
        self.requests.add(other.requests);
        self.rootless += other.rootless;
        self.mismatches.extend(other.mismatches);
        self.runs += other.runs;
    }

    fn record(&mut self, trace_match: TraceMatch, name: &str) {
        if trace_match != TraceMatch::Right {
            self.mismatches.push(format!("  {name}: {trace_match:?}"));
        }
    }

    fn all_marks(&self) -> usize {
        MARKS * self.runs
    }

    fn all_requests(&self) -> usize {
        REQUESTS * self.runs
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.marks.found() >= self.all_marks() && self.requests.found() >= self.all_requests()
    }

    pub(crate) fn is_perfect(&self) -> bool {
        (self.marks.right, self.requests.right, self.rootless)
            == (self.all_marks(), self.all_requests(), 0)
    }

    pub(crate) fn row(&self, sdk: &str) -> Value {
        json!({
            "sdk": sdk,
            "case": "50 interleaved actions",
            "runs": self.runs,
            "spans": self.all_marks(),
            "spans_in_the_right_trace": self.marks.right,
            "spans_in_a_wrong_trace": self.marks.wrong,
            "spans_in_no_actions_trace": self.marks.lost,
            "spans_missing": self.all_marks().saturating_sub(self.marks.found()),
            "requests": self.all_requests(),
            "requests_in_the_right_trace": self.requests.right,
            "requests_in_a_wrong_trace": self.requests.wrong,
            "requests_in_no_actions_trace": self.requests.lost,
            "traces_without_one_root": self.rootless,
        })
    }
}

impl fmt::Display for Assessment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tally = |what: &str, all: usize, tally: TraceTally| {
            let TraceTally { right, wrong, lost } = tally;
            format!("{right} of {all} {what} right, {wrong} wrong, {lost} lost")
        };
        let marks = tally("spans", self.all_marks(), self.marks);
        let requests = tally("requests", self.all_requests(), self.requests);
        let rootless = self.rootless;
        write!(f, "{marks}; {requests}; {rootless} traces without one root")
    }
}

/// The actions whose click handlers are in each trace. A trace belongs to an action if there is only one.
struct Owners<'a>(HashMap<&'a str, HashSet<u64>>);

impl<'a> Owners<'a> {
    fn of(observed: &'a Observed) -> Self {
        let mut owners: HashMap<&str, HashSet<u64>> = HashMap::new();
        for span in observed.received.iter().flat_map(|request| &request.spans) {
            if let Some(number) = span.name.strip_prefix("m.handler ").and_then(number) {
                owners.entry(&span.trace_id).or_default().insert(number);
            }
        }
        Self(owners)
    }

    fn match_trace(&self, number: u64, trace: &str) -> TraceMatch {
        match self.0.get(trace) {
            None => TraceMatch::Lost,
            Some(owners) if owners.len() == 1 && owners.contains(&number) => TraceMatch::Right,
            Some(_) => TraceMatch::Wrong,
        }
    }
}

/// Returns the trace id in the request's `traceparent`.
fn trace_of(request: &Received) -> &str {
    let header = request.headers.get("traceparent");
    let text = header.and_then(|header| header.to_str().ok());
    text.and_then(|text| text.split('-').nth(1))
        .unwrap_or_default()
}

fn rootless(observed: &Observed) -> usize {
    let spans = || observed.received.iter().flat_map(|request| &request.spans);
    let mut roots: HashMap<&str, usize> = HashMap::new();
    let marked = spans().filter(|span| span.name.starts_with("m."));
    roots.extend(marked.map(|span| (span.trace_id.as_str(), 0)));
    for span in spans().filter(|span| span.parent_span_id.is_empty()) {
        if let Some(count) = roots.get_mut(span.trace_id.as_str()) {
            *count += 1;
        }
    }
    roots.values().filter(|count| **count != 1).count()
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue};
    use bench_runner::otlp::Span;

    use super::*;

    fn observed(spans: &[(&str, &str, &str)], request: (&str, &str)) -> Observed {
        let span = |(trace, parent, name): &(&str, &str, &str)| Span {
            trace_id: (*trace).to_owned(),
            parent_span_id: (*parent).to_owned(),
            name: (*name).to_owned(),
            ..Span::default()
        };
        let traceparent = HeaderValue::from_str(&format!("00-{}-aa-01", request.1)).unwrap();
        let received = Received {
            path: request.0.to_owned(),
            headers: HeaderMap::from_iter([("traceparent".parse().unwrap(), traceparent)]),
            bytes: 0,
            spans: spans.iter().map(span).collect(),
        };
        Observed {
            received: vec![received],
            ..Observed::default()
        }
    }

    #[test]
    fn spans_are_matched_by_the_click_handler_in_their_trace() {
        let spans = [
            ("a", "", "click"),
            ("a", "1", "m.handler 1"),
            ("b", "", "click"),
            ("b", "2", "m.handler 2"),
            ("b", "2", "m.timer 1"),
            ("c", "", "m.timer 2"),
        ];
        let assessment = Assessment::of(&observed(&spans, ("/otlp/m/one/2", "b")));
        let (right, wrong, lost) = (2, 1, 1);
        assert_eq!(assessment.marks, TraceTally { right, wrong, lost });
        assert_eq!(assessment.requests.right, 1);
        assert_eq!(assessment.rootless, 0);
        assert_eq!(assessment.mismatches.len(), 2);
    }

    #[test]
    fn trace_of_two_actions_matches_neither() {
        let spans = [("a", "", "m.handler 1"), ("a", "", "m.handler 2")];
        let assessment = Assessment::of(&observed(&spans, ("/otlp/v1/traces", "a")));
        assert_eq!((assessment.marks.wrong, assessment.rootless), (2, 1));
        assert_eq!(assessment.requests, TraceTally::default());
    }
}
