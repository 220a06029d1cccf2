//! Traces written as text: one span per line, indented below its parent.
//!
//! `browser client PUT 10..50` is a browser's CLIENT span named PUT from 10 ns to 50 ns;
//! lanes are `browser`, `backend` and `db`. A `?` before a line makes the span an orphan.

use std::sync::Arc;

use proptest::{collection::vec, prelude::*};

use crate::{Attribute, Resource, Span, SpanId, SpanKind, Trace};

pub(crate) const TRACE: &str = "6a2b7c1e98038103d269b633813fc60c";

pub(crate) fn span_id(number: usize) -> SpanId {
    format!("{number:016x}").parse().unwrap()
}

fn resource(key: &str, service: &str) -> Arc<Resource> {
    let entries = [
        Attribute::new("service.name", service),
        Attribute::new(key, "x"),
    ];
    Arc::new(Resource {
        attributes: entries.into_iter().collect(),
    })
}

fn parse_span(line: &str, number: usize) -> Span {
    let words: Vec<&str> = line.split_whitespace().collect();
    let (start, end) = words[3].split_once("..").unwrap();
    let mut span = Span::new(TRACE.parse().unwrap(), span_id(number), words[2]);
    span.start_unix_nano = start.parse().unwrap();
    span.end_unix_nano = end.parse().unwrap();
    span.kind = match words[1] {
        "client" => SpanKind::Client,
        "server" => SpanKind::Server,
        "producer" => SpanKind::Producer,
        "consumer" => SpanKind::Consumer,
        _ => SpanKind::Internal,
    };
    span.resource = match words[0] {
        "browser" => resource("browser.platform", "page"),
        _ => resource("host.name", "api"),
    };
    if words[0] == "db" {
        span.attributes = [Attribute::new("db.system.name", "sqlite")]
            .into_iter()
            .collect();
    }
    span
}

pub(crate) fn spans(drawing: &str) -> Vec<Span> {
    let mut open: Vec<(usize, SpanId)> = Vec::new();
    let mut spans = Vec::new();
    for (line, number) in drawing
        .lines()
        .filter(|line| !line.trim().is_empty())
        .zip(1..)
    {
        let indent = line.find(|c: char| c != ' ').unwrap();
        open.retain(|&(depth, _)| depth < indent);
        let text = line.trim_start();
        let mut span = parse_span(text.trim_start_matches('?'), number);
        span.parent_span_id = open.last().map(|&(_, id)| id);
        if text.starts_with('?') {
            span.parent_span_id = Some(span_id(0xdead));
        }
        open.push((indent, span.span_id));
        spans.push(span);
    }
    spans
}

pub(crate) fn trace(drawing: &str) -> Trace {
    // Spans arrive in any order: the tree must not depend on it.
    let mut spans = spans(drawing);
    spans.reverse();
    Trace::from_spans(TRACE.parse().unwrap(), spans)
}

/// Returns the spans of a random trace: a root, possibly a second one, and descendants with few
/// names in any order of time.
pub(crate) fn random_spans() -> impl Strategy<Value = Vec<Span>> {
    let span = (
        any::<prop::sample::Index>(),
        0..40_u64,
        0..40_u64,
        0..4_usize,
    );
    vec(span, 1..14).prop_map(|drawn| {
        let mut spans: Vec<Span> = Vec::new();
        for (number, (parent, start, length, name)) in drawn.into_iter().enumerate() {
            let name = ["a", "b", "c", "d"][name];
            let mut span = Span::new(TRACE.parse().unwrap(), span_id(number + 1), name);
            // The position after the last span is that of a root.
            let parent = parent.index(number + 1);
            span.parent_span_id = spans.get(parent).map(|parent| parent.span_id);
            span.start_unix_nano = 1 + start;
            span.end_unix_nano = 1 + start + length;
            spans.push(span);
        }
        spans
    })
}
