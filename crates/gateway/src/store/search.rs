//! What free text is searched in: a few lines of text per trace.

use std::{borrow::Cow, collections::BTreeSet, error::Error};

use memchr::memmem::Finder;
use rusqlite::{Connection, functions::FunctionFlags};
use trace_model::{Span, SpanStatus, TraceId};

/// Enough for what makes a trace different from others, and a bound for one that names
/// each of its thousand spans anew.
const MAX_BYTES: usize = 3000;

/// The trace's id, and once each: services, span names, errors, HTTP statuses, and then the
/// texts among the attributes for which there is room. All in lower case.
pub(super) fn text(id: TraceId, spans: &[Span]) -> String {
    let mut text = id.to_string();
    let mut seen = BTreeSet::new();
    let parts = spans.iter().flat_map(parts);
    for part in parts.chain(spans.iter().flat_map(attributes)) {
        if text.len() + part.len() < MAX_BYTES && !seen.contains(&part) {
            text.push('\n');
            text.push_str(&part.to_lowercase());
            seen.insert(part);
        }
    }
    text
}

/// Adds `contains(text, words)` to SQL: all of the words. LIKE, which looks at each character in any case, takes
/// several times as long, and a word that is nowhere is looked for in every trace.
pub(super) fn add_contains(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("contains", 2, flags, |arguments| {
        let words = arguments.get_or_create_aux(1, |words| {
            let words = words.as_str()?.split_whitespace();
            let finders = words.map(|word| Finder::new(word).into_owned());
            Ok::<_, Box<dyn Error + Send + Sync>>(finders.collect::<Vec<_>>())
        })?;
        let text = arguments.get_raw(0).as_bytes()?;
        Ok(words.iter().all(|word| word.find(text).is_some()))
    })
}

fn parts(span: &Span) -> impl Iterator<Item = Cow<'_, str>> {
    let error = match &span.status {
        SpanStatus::Error(message) if !message.is_empty() => Some(message.as_str()),
        _ => None,
    };
    let texts = [Some(span.service()), Some(span.name.as_str()), error];
    let status = span.http_status().map(|status| status.to_string().into());
    texts.into_iter().flatten().map(Cow::Borrowed).chain(status)
}

fn attributes(span: &Span) -> impl Iterator<Item = Cow<'_, str>> {
    let texts = span
        .attributes
        .0
        .iter()
        .filter_map(|attribute| attribute.value.as_str());
    texts.filter(|text| !text.is_empty()).map(Cow::Borrowed)
}

#[cfg(test)]
mod tests {
    use trace_model::Attribute;

    use super::*;

    fn span(name: &str) -> Span {
        let span_id = "00f067aa0ba902b7".parse().unwrap();
        Span::new(trace_id(), span_id, name)
    }

    fn trace_id() -> TraceId {
        "6a2b7c1e98038103d269b633813fc60c".parse().unwrap()
    }

    fn check(spans: &[Span], expected: &[&str]) {
        let text = text(trace_id(), spans);
        let lines: Vec<_> = text.lines().skip(1).collect();
        assert_eq!(lines, expected);
    }

    #[test]
    fn names_errors_statuses_and_texts_of_attributes_are_in_it_once() {
        let mut failed = span("PUT /like");
        failed.status = SpanStatus::Error("locked".to_owned());
        let status = Attribute::new("http.response.status_code", 500);
        let path = Attribute::new("url.path", "/like/7");
        failed.attributes = [status, path].into_iter().collect();
        let spans = [span("crud.like"), span("crud.like"), failed];
        let expected = [
            "unknown_service",
            "crud.like",
            "put /like",
            "locked",
            "500",
            "/like/7",
        ];
        check(&spans, &expected);
    }

    #[test]
    fn a_long_name_leaves_room_for_the_others() {
        let spans = [span(&"x".repeat(4000)), span("crud.like")];
        check(&spans, &["unknown_service", "crud.like"]);
    }
}
