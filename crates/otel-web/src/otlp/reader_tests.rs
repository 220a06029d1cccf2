//! The reader against `opentelemetry-proto`.

use opentelemetry::InstrumentationScope;
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::trace::v1::Span;
use proptest::prelude::*;
use prost::Message;

use super::*;
use crate::otlp::{ScopeSpans, encode_request};

fn answer(rejected_spans: i64, error_message: &str) -> Vec<u8> {
    let partial_success = Some(ExportTracePartialSuccess {
        rejected_spans,
        error_message: error_message.to_owned(),
    });
    ExportTraceServiceResponse { partial_success }.encode_to_vec()
}

#[test]
fn a_partial_success_is_read() {
    assert_eq!(partial_success(&answer(3, "too old")), Some((3, "too old")));
    assert_eq!(
        partial_success(&answer(0, "slow down")),
        Some((0, "slow down"))
    );
    assert_eq!(partial_success(&answer(0, "")), None);
    assert_eq!(partial_success(&[]), None);
}

#[test]
fn only_otlp_counts_as_an_answer() {
    let protobuf = "application/x-protobuf";
    let partial = answer(3, "too old");
    for (content_type, body) in [
        ("", &b""[..]),
        ("text/plain", b""),
        (protobuf, b""),
        (protobuf, &partial),
        ("", &partial),
        ("application/octet-stream", &partial),
        ("application/json", b"{}"),
        ("application/json; charset=utf-8", b"{\n}"),
        (
            "application/json",
            br#"{ "partialSuccess": {"rejectedSpans": "3"}}"#,
        ),
    ] {
        assert!(is_answer(content_type, body), "{content_type} {body:?}");
    }
    for (content_type, body) in [
        ("text/html", &b""[..]),
        ("text/html; charset=utf-8", b"<!doctype html>"),
        ("text/html", &partial),
        ("", b"<!doctype html>"),
        (protobuf, b"<!doctype html>"),
        ("application/xhtml+xml", b"<html/>"),
        ("text/plain", b"OK"),
        ("", b"OK"),
        ("", b"{}"),
        ("application/json", b"<html>"),
        ("application/json", br#"{"error":"sign in"}"#),
        ("application/json", b"[]"),
        (protobuf, &partial[..3]),
    ] {
        assert!(!is_answer(content_type, body), "{content_type} {body:?}");
    }
}

fn request(counts: &[usize]) -> Vec<u8> {
    let named = |name: String| {
        Span {
            name,
            ..Span::default()
        }
        .encode_to_vec()
    };
    let spans: Vec<Vec<Vec<u8>>> = counts
        .iter()
        .enumerate()
        .map(|(scope, count)| (0..*count).map(|n| named(format!("{scope}.{n}"))).collect())
        .collect();
    let scope = InstrumentationScope::builder("test")
        .with_version("1")
        .build();
    let scopes: Vec<_> = spans
        .iter()
        .map(|spans| ScopeSpans {
            scope: &scope,
            spans: spans.iter().map(|span| &span[..]).collect(),
        })
        .collect();
    encode_request(&[], &scopes)
}

fn names(request: &[u8]) -> Vec<String> {
    let request = ExportTraceServiceRequest::decode(request).unwrap();
    let scopes = request
        .resource_spans
        .into_iter()
        .flat_map(|resource| resource.scope_spans);
    let scopes = scopes.inspect(|scope| assert_eq!(scope.scope.as_ref().unwrap().name, "test"));
    scopes
        .flat_map(|scope| scope.spans)
        .map(|span| span.name)
        .collect()
}

proptest! {
    #[test]
    fn two_halves_have_all_spans(counts in proptest::collection::vec(0..5_usize, 0..4), first in 0..20_usize) {
        let whole = request(&counts);
        let part = |is_first: bool| {
            let mut index = 0;
            keep_spans(&whole, &mut || { index += 1; (index <= first) == is_first })
        };
        let halves = [names(&part(true)), names(&part(false))];
        prop_assert_eq!(halves[0].len(), first.min(counts.iter().sum()));
        prop_assert_eq!(halves.concat(), names(&whole));
    }

    #[test]
    fn arbitrary_bytes_are_read_without_harm(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        partial_success(&bytes);
        keep_spans(&bytes, &mut || true);
    }
}
