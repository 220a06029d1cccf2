//! Compares a trace with an expectation.
//!
//! An expectation may match several spans, and the first match need not be the right one. So children
//! are assigned by augmenting paths (bipartite matching): an expectation whose span is taken makes the
//! owner look for another one.

use crate::testing::expect::Expected;
use crate::testing::span::Span;
use crate::testing::trace::{Trace, kind_name};

impl Trace {
    /// Checks that the trace is as expected.
    ///
    /// The trace must have exactly one root, and the parents of all spans must have ended.
    ///
    /// # Panics
    ///
    /// Panics with all mismatches and both trees if the trace is not as expected. To get the report
    /// without a panic, use [`Expected::check`].
    ///
    /// # Examples
    ///
    /// ## A trace with one child
    ///
    /// ```
    /// use opentelemetry::trace::{Tracer, TracerProvider};
    /// use otel_web::testing::{Recorder, expect};
    ///
    /// let recorder = Recorder::install();
    /// let tracer = otel_web::TracerProvider::default().tracer("shop");
    /// tracer.in_span("cart.total", |_| tracer.in_span("cart.discounts", |_| ()));
    ///
    /// let trace = recorder.find("cart.total").expect("a trace");
    /// trace.assert(&expect::action("cart.total").child(expect::span("cart.discounts")).only());
    /// ```
    #[track_caller]
    pub fn assert(&self, expected: &Expected) {
        if let Err(report) = expected.check(self) {
            panic!("{report}");
        }
    }
}

impl Expected {
    /// Compares a trace with the expectation.
    ///
    /// Use [`Trace::assert`] in tests. This method is for assertions of your own, and to wait for a
    /// trace that is complete only after a while.
    ///
    /// # Errors
    ///
    /// Returns a report with all mismatches, the expected tree and the actual tree.
    ///
    /// # Examples
    ///
    /// ## A mismatch
    ///
    /// ```
    /// use opentelemetry::trace::{Tracer, TracerProvider};
    /// use otel_web::testing::{Recorder, expect};
    ///
    /// let recorder = Recorder::install();
    /// let tracer = otel_web::TracerProvider::default().tracer("shop");
    /// tracer.in_span("cart.total", |_| ());
    ///
    /// let trace = recorder.find("cart.total").expect("a trace");
    /// let report = expect::action("cart.total").event("rounded").check(&trace);
    /// assert!(report.unwrap_err().contains("cart.total: no event rounded"));
    /// ```
    pub fn check(&self, trace: &Trace) -> Result<(), String> {
        let mismatches = mismatches(self, trace);
        if mismatches.is_empty() {
            return Ok(());
        }
        let mismatches = mismatches.join("\n  ");
        Err(format!(
            "not the expected trace:\n  {mismatches}\nexpected:\n{self}got:\n{trace}"
        ))
    }
}

/// Returns the mismatches as sentences; empty if the trace is as expected.
fn mismatches(expected: &Expected, trace: &Trace) -> Vec<String> {
    let not_ended = |span: &Span| format!("{}: its parent has not ended", span.name);
    let mut mismatches: Vec<_> = trace.orphans().map(not_ended).collect();
    let spans = trace.spans().iter();
    let roots: Vec<_> = spans.filter(|span| span.parent_span_id.is_none()).collect();
    match roots[..] {
        [root] => mismatches.extend(check_tree(expected, trace, root, false)),
        _ => mismatches.push(format!("{} roots, expected one", roots.len())),
    }
    mismatches
}

/// Checks a span and all spans below it. `only` is inherited from the expectation above.
fn check_tree(expected: &Expected, trace: &Trace, span: &Span, only: bool) -> Vec<String> {
    let only = only || expected.only;
    let mut mismatches = check_span(expected, span);
    let children: Vec<_> = trace.children(span).collect();
    let check = |expected: &Expected, child: &Span| check_tree(expected, trace, child, only);
    let is_match = |expected: &Expected, child: &Span| check(expected, child).is_empty();
    let mut assignment = assign(&expected.children, &children, &is_match);
    for missing in assignment.unmatched {
        let closest = assignment
            .remaining
            .iter()
            .position(|child| has_same_name(missing, child));
        match closest {
            Some(index) => mismatches.extend(check(missing, assignment.remaining.remove(index))),
            None => mismatches.push(missing_child(missing, span)),
        }
    }
    if only {
        let unexpected = assignment.remaining.iter();
        mismatches.extend(unexpected.map(|child| unexpected_child(child, span)));
    }
    mismatches
}

fn missing_child(expected: &Expected, parent: &Span) -> String {
    format!("{}: it has no child {}", parent.name, expected.line())
}

fn unexpected_child(child: &Span, parent: &Span) -> String {
    format!("{}: unexpected child {}", parent.name, child.name)
}

/// Whether the expectation is probably about this span, although other properties differ.
fn has_same_name(expected: &Expected, span: &Span) -> bool {
    let is_same = expected.name.as_ref().is_none_or(|name| *name == span.name);
    is_same && expected.kind.as_ref().is_none_or(|kind| *kind == span.kind)
}

/// Checks a span without its children.
fn check_span(expected: &Expected, span: &Span) -> Vec<String> {
    let mut mismatches = Vec::new();
    let mut add = |text: String| mismatches.push(format!("{}: {text}", span.name));
    if let Some(name) = expected.name.as_ref().filter(|name| **name != span.name) {
        add(format!("the name is not {name}"));
    }
    if let Some(kind) = expected.kind.as_ref().filter(|kind| **kind != span.kind) {
        add(format!(
            "the kind is {}, expected {}",
            kind_name(&span.kind),
            kind_name(kind)
        ));
    }
    if expected.is_root && span.parent_span_id.is_some() {
        add("it is not a root".to_owned());
    }
    for (key, value) in &expected.attributes {
        let actual = span.attribute(key);
        if actual != value.as_ref() {
            add(format!(
                "{key} is {}, expected {}",
                display(actual),
                display(value.as_ref())
            ));
        }
    }
    for event in expected
        .events
        .iter()
        .filter(|event| !span.events.contains(event))
    {
        add(format!(
            "no event {event}, its events are {:?}",
            span.events
        ));
    }
    match (&span.error, expected.fails) {
        (Some(error), false) => add(format!("it failed: {error:?}")),
        (None, true) => add("it did not fail".to_owned()),
        _ => {}
    }
    mismatches
}

fn display(value: Option<&opentelemetry::Value>) -> String {
    value.map_or_else(
        || "absent".to_owned(),
        |value| format!("{:?}", value.as_str()),
    )
}

/// The result of [`assign`].
struct Assignment<'a> {
    /// Expectations without a span.
    unmatched: Vec<&'a Expected>,
    /// Spans without an expectation.
    remaining: Vec<&'a Span>,
}

/// Assigns a matching span to as many expectations as possible.
fn assign<'a>(
    expected: &'a [Expected],
    spans: &[&'a Span],
    is_match: &dyn Fn(&Expected, &Span) -> bool,
) -> Assignment<'a> {
    let row = |one: &Expected| spans.iter().map(|span| is_match(one, span)).collect();
    let matches: Vec<Vec<bool>> = expected.iter().map(row).collect();
    let mut owners = vec![None; spans.len()];
    let mut unmatched = Vec::new();
    for (index, one) in expected.iter().enumerate() {
        if !find_span(index, &matches, &mut owners, &mut vec![false; spans.len()]) {
            unmatched.push(one);
        }
    }
    let remaining = spans.iter().zip(&owners);
    let remaining = remaining.filter(|(_, owner)| owner.is_none());
    Assignment {
        unmatched,
        remaining: remaining.map(|(span, _)| *span).collect(),
    }
}

/// Finds a span for the expectation `index`, and moves other expectations to other spans if needed.
fn find_span(
    index: usize,
    matches: &[Vec<bool>],
    owners: &mut [Option<usize>],
    visited: &mut Vec<bool>,
) -> bool {
    for span in 0..owners.len() {
        if !matches[index][span] || std::mem::replace(&mut visited[span], true) {
            continue;
        }
        let is_free = owners[span].is_none_or(|owner| find_span(owner, matches, owners, visited));
        if is_free {
            owners[span] = Some(index);
            return true;
        }
    }
    false
}
