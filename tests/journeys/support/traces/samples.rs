//! A valid trace: the action `crud.like`, its request, the server span and a SQL statement.

use std::collections::BTreeMap;

use opentelemetry_proto::tonic::trace::v1::span::SpanKind;

use super::rules::{BACK_END, PAGE};
use super::span::Span;
use super::trace::Trace;

const LIKE: &str = "PUT /api/activities/{uuid}/like";
const SECOND: u64 = 1_700_000_000_000_000_000;
const MS: u64 = 1_000_000;

pub(crate) fn like() -> Trace {
    let root = sample("a", "", "crud.like", PAGE);
    let request = Span {
        name: LIKE.into(),
        ..request_of("b", "http://127.0.0.1/api/activities/1/like")
    };
    let server = Span {
        kind: SpanKind::Server,
        ..sample("c", "b", LIKE, BACK_END)
    };
    let sql = with(
        "db.system.name",
        "sqlite",
        sample("d", "c", "INSERT activity_likes", BACK_END),
    );
    let sql = Span {
        kind: SpanKind::Client,
        ..sql
    };
    let nested = [root, request, server, sql].into_iter().zip(0..);
    Trace::new(nested.map(|(span, depth)| nest(span, depth)).collect())
}

pub(crate) fn request_of(id: &str, url: &str) -> Span {
    let request = with("http.request.method", "PUT", sample(id, "a", "PUT", PAGE));
    Span {
        kind: SpanKind::Client,
        ..with("url.full", url, request)
    }
}

pub(crate) fn sample(id: &str, parent: &str, name: &str, service: &str) -> Span {
    Span {
        trace_id: "t".into(),
        span_id: id.into(),
        parent_id: (!parent.is_empty()).then(|| parent.into()),
        name: name.into(),
        kind: SpanKind::Internal,
        start: SECOND + 10 * MS,
        end: SECOND + 20 * MS,
        error: false,
        service: service.into(),
        attributes: BTreeMap::new(),
        links: Vec::new(),
    }
}

/// Sets times so that each level is within its parent.
fn nest(span: Span, depth: u64) -> Span {
    Span {
        start: SECOND + depth * MS,
        end: SECOND + (30 - depth) * MS,
        ..span
    }
}

fn with(key: &str, value: &str, mut span: Span) -> Span {
    span.attributes.insert(key.into(), value.into());
    span
}
