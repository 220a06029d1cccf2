//! Comparisons of drawn and of random traces.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::{
    Attribute, Resource,
    drawing::{TRACE, random_spans, spans, trace},
};

fn texts(comparison: &Comparison) -> Vec<String> {
    let text = |path: &ComparedPath| {
        let mark = match (path.is_missing(), path.is_added()) {
            (true, _) => "-",
            (_, true) => "+",
            _ => "=",
        };
        format!(
            "{}{mark}{} {}→{} {:+}",
            "  ".repeat(path.depth),
            path.name,
            path.a.nodes.len(),
            path.b.nodes.len(),
            path.difference_nano()
        )
    };
    comparison.paths.iter().map(text).collect()
}

#[test]
fn spans_are_matched_by_path_of_names() {
    let a = trace(
        "
backend server feed 0..100
  db client SELECT 10..20
  db client count 20..30
",
    );
    let b = trace(
        "
backend server feed 1000..1300
  db client SELECT 1010..1050
  db client SELECT 1050..1090
  backend internal retry 1100..1200
    db client count 1110..1120
",
    );
    assert_eq!(
        texts(&Comparison::of(&a, &b)),
        [
            "=feed 1→1 +200",
            "  =SELECT 1→2 +70",
            "  -count 1→0 -10",
            "  +retry 0→1 +100",
            "    +count 0→1 +10",
        ]
    );
}

#[test]
fn spans_of_other_services_and_orphans_are_other_paths() {
    let a = trace("browser client GET 0..10");
    let b = trace("?backend client GET 0..10");
    assert_eq!(
        texts(&Comparison::of(&a, &b)),
        ["+GET 0→1 +10", "-GET 1→0 -10"]
    );
}

fn with_attributes(statements: &[(&str, i64)], version: &str) -> Trace {
    let mut spans = spans(
        "
backend server feed 0..100
  db client SELECT 10..20
  db client SELECT 30..40
",
    );
    spans.truncate(statements.len() + 1);
    for (span, (table, rows)) in spans[1..].iter_mut().zip(statements) {
        span.attributes = [
            Attribute::new("table", *table),
            Attribute::new("rows", *rows),
        ]
        .into_iter()
        .collect();
        let attributes = [
            Attribute::new("service.name", "api"),
            Attribute::new("service.version", version),
        ];
        span.resource = Arc::new(Resource {
            attributes: attributes.into_iter().collect(),
        });
    }
    if version == "2" {
        spans[1].status = SpanStatus::Error("locked".to_owned());
    }
    Trace::from_spans(TRACE.parse().unwrap(), spans)
}

#[test]
fn changes_are_the_values_that_differ() {
    let (a, b) = (
        with_attributes(&[("likes", 1), ("likes", 2)], "1"),
        with_attributes(&[("likes", 2)], "2"),
    );
    let comparison = Comparison::of(&a, &b);
    let change = |field, a: &[&str], b: &[&str]| Change {
        field,
        a: a.iter().map(|&value| value.to_owned()).collect(),
        b: b.iter().map(|&value| value.to_owned()).collect(),
    };
    assert_eq!(
        comparison.changes(1, &a, &b),
        [
            change(ChangedField::Status, &["unset"], &["error: locked"]),
            change(
                ChangedField::Attribute("rows".to_owned()),
                &["1", "2"],
                &["2"]
            ),
            change(
                ChangedField::Resource("service.version".to_owned()),
                &["1"],
                &["2"]
            ),
        ]
    );
    assert_eq!(comparison.changes(0, &a, &b), []);
    assert_eq!(Comparison::of(&a, &a).changes(1, &a, &a), []);
}

#[test]
fn an_attribute_of_one_side_is_a_change() {
    let a = with_attributes(&[("likes", 1)], "1");
    let mut stripped: Vec<_> = a.nodes().iter().map(|node| node.span.clone()).collect();
    stripped[1].attributes.0.remove(0);
    let b = Trace::from_spans(TRACE.parse().unwrap(), stripped);
    let changes = Comparison::of(&a, &b).changes(1, &a, &b);
    assert_eq!(changes.len(), 1);
    assert_eq!((changes[0].a.len(), changes[0].b.len()), (1, 0));
}

/// Exchanges the sides of each path.
fn exchanged(comparison: Comparison) -> Comparison {
    let paths = comparison.paths.into_iter();
    Comparison {
        paths: paths
            .map(|path| ComparedPath {
                a: path.b,
                b: path.a,
                ..path
            })
            .collect(),
    }
}

fn random_trace() -> impl Strategy<Value = Trace> {
    random_spans().prop_map(|spans| Trace::from_spans(TRACE.parse().unwrap(), spans))
}

proptest! {
    #[test]
    fn a_comparison_is_symmetric(a in random_trace(), b in random_trace()) {
        let comparison = Comparison::of(&a, &b);
        prop_assert_eq!(&exchanged(Comparison::of(&b, &a)), &comparison);
        for (index, path) in comparison.paths.iter().enumerate() {
            let there = comparison.changes(index, &a, &b);
            let back = exchanged(comparison.clone()).changes(index, &b, &a);
            let back: Vec<_> = back
                .into_iter()
                .map(|change| Change { a: change.b, b: change.a, field: change.field })
                .collect();
            prop_assert_eq!(there, back);
            prop_assert_eq!(path.depth, path.parent.map_or(0, |parent| comparison.paths[parent].depth + 1));
        }
    }

    #[test]
    fn every_span_is_in_one_path(a in random_trace(), b in random_trace()) {
        let comparison = Comparison::of(&a, &b);
        let count = |side: fn(&ComparedPath) -> &PathSpans| {
            let mut nodes: Vec<usize> = comparison.paths.iter().flat_map(|path| side(path).nodes.clone()).collect();
            nodes.sort_unstable();
            nodes
        };
        prop_assert_eq!(count(|path| &path.a), (0..a.nodes().len()).collect::<Vec<_>>());
        prop_assert_eq!(count(|path| &path.b), (0..b.nodes().len()).collect::<Vec<_>>());
    }

    #[test]
    fn a_trace_does_not_differ_from_itself(a in random_trace()) {
        let comparison = Comparison::of(&a, &a);
        for (index, path) in comparison.paths.iter().enumerate() {
            prop_assert!(!path.is_added() && !path.is_missing());
            prop_assert_eq!((path.difference_nano(), path.self_difference_nano()), (0, 0));
            prop_assert_eq!(comparison.changes(index, &a, &a), vec![]);
        }
    }
}
