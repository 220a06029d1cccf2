//! A reader for protobuf messages: responses of receivers, export requests that must be split, and
//! recorded spans in tests.

use crate::core::otlp::writer::Writer;

/// A field of a message. Numbers are in `value`, all other types in `content`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field<'a> {
    pub(crate) number: u64,
    pub(crate) value: u64,
    pub(crate) content: &'a [u8],
}

/// Iterates over the fields of a message. Ends at the first malformed field.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields<'a>(pub(crate) &'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = Field<'a>;

    fn next(&mut self) -> Option<Field<'a>> {
        let rest = &mut self.0;
        let tag = varint(rest)?;
        let mut field = Field {
            number: tag >> 3,
            value: 0,
            content: &[],
        };
        match tag & 7 {
            0 => field.value = varint(rest)?,
            1 => field.value = little_endian(take(rest, 8)?),
            2 => {
                let length = varint(rest)?;
                field.content = take(rest, length)?;
            }
            5 => field.value = little_endian(take(rest, 4)?),
            _ => return None,
        }
        Some(field)
    }
}

fn take<'a>(rest: &mut &'a [u8], count: u64) -> Option<&'a [u8]> {
    rest.split_off(..usize::try_from(count).ok()?)
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = *rest.split_off_first()?;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

fn little_endian(bytes: &[u8]) -> u64 {
    let bytes = bytes.iter().rev();
    bytes.fold(0, |value, byte| value << 8 | u64::from(*byte))
}

/// Returns the first field with a number.
pub(crate) fn find(message: &[u8], number: u64) -> Option<Field<'_>> {
    Fields(message).find(|field| field.number == number)
}

/// Returns the number of rejected spans of an accepted request, and the receiver's message in UTF-8, from
/// an `ExportTraceServiceResponse`.
pub(crate) fn partial_success(response: &[u8]) -> Option<(u32, &[u8])> {
    let partial = find(response, 1)?.content;
    let count = find(partial, 1).map_or(0, |field| field.value);
    let message = find(partial, 2).map_or(&[][..], |field| field.content);
    (count > 0 || !message.is_empty()).then(|| (u32::try_from(count).unwrap_or(u32::MAX), message))
}

/// Whether a successful response may come from an OTLP receiver. Receivers may omit the content type,
/// or the whole body.
pub(crate) fn is_otlp_response(content_type: &str, body: &[u8]) -> bool {
    if content_type.starts_with("text/html") {
        return false;
    }
    if body.is_empty() {
        return true;
    }
    if content_type.starts_with("application/json") {
        // The message has at most one field.
        let name = b"partialSuccess";
        let has_field = || body.windows(name.len()).any(|part| part == name);
        return body.starts_with(b"{") && (body.len() < 5 || has_field());
    }
    let mut fields = Fields(body);
    while fields.next().is_some() {}
    fields.0.is_empty() && !content_type.starts_with("text/")
}

/// Returns a request with those spans for which `keep` returns true. It is called once per span.
pub(crate) fn filter_spans(request: &[u8], keep: &mut dyn FnMut() -> bool) -> Vec<u8> {
    let mut writer = Writer::default();
    copy(request, &[1, 2, 2], keep, &mut writer);
    writer.into_bytes()
}

/// Copies a message, filtering the spans at the end of `path`. All fields along the path are messages
/// or strings.
fn copy(message: &[u8], path: &[u8], keep: &mut dyn FnMut() -> bool, out: &mut Writer) {
    for field in Fields(message) {
        let number = field.number as u8;
        match path {
            [last] if number == *last && !keep() => {}
            [first, rest @ ..] if number == *first && !rest.is_empty() => {
                let message = out.begin(number);
                copy(field.content, rest, keep, out);
                out.end(message);
            }
            _ => out.bytes_always(number, field.content),
        }
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use opentelemetry::InstrumentationScope;
    use opentelemetry_proto::tonic::collector::trace::v1::{
        ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
    };
    use opentelemetry_proto::tonic::trace::v1::Span;
    use proptest::prelude::*;
    use prost::Message;

    use super::*;
    use crate::core::otlp::encode::{ScopeSpans, encode_request};

    fn response(rejected_spans: i64, error_message: &str) -> Vec<u8> {
        let partial_success = Some(ExportTracePartialSuccess {
            rejected_spans,
            error_message: error_message.to_owned(),
        });
        ExportTraceServiceResponse { partial_success }.encode_to_vec()
    }

    #[test]
    fn partial_success_is_read() {
        assert_eq!(
            partial_success(&response(3, "too old")),
            Some((3, &b"too old"[..]))
        );
        assert_eq!(
            partial_success(&response(0, "slow down")),
            Some((0, &b"slow down"[..]))
        );
        assert_eq!(partial_success(&response(0, "")), None);
        assert_eq!(partial_success(&[]), None);
    }

    #[test]
    fn responses_of_other_servers_are_recognized() {
        let protobuf = "application/x-protobuf";
        let partial = response(3, "too old");
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
            assert!(
                is_otlp_response(content_type, body),
                "{content_type} {body:?}"
            );
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
            assert!(
                !is_otlp_response(content_type, body),
                "{content_type} {body:?}"
            );
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
        fn both_halves_together_have_all_spans(counts in proptest::collection::vec(0..5_usize, 0..4), first in 0..20_usize) {
            let whole = request(&counts);
            let part = |is_first: bool| {
                let mut index = 0;
                filter_spans(&whole, &mut || { index += 1; (index <= first) == is_first })
            };
            let halves = [names(&part(true)), names(&part(false))];
            prop_assert_eq!(halves[0].len(), first.min(counts.iter().sum()));
            prop_assert_eq!(halves.concat(), names(&whole));
        }

        #[test]
        fn arbitrary_bytes_do_not_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            partial_success(&bytes);
            filter_spans(&bytes, &mut || true);
        }
    }
}
