//! Exceptions as spans carry them: events named `exception`
//! (<https://opentelemetry.io/docs/specs/semconv/exceptions/exceptions-spans/>).

use trace_model::{Event, Span};

use super::stack::{self, Frame};

/// One exception of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Exception {
    pub(super) kind: String,
    pub(super) message: String,
    /// The innermost call first.
    pub(super) frames: Vec<Frame>,
}

/// Each exception event as a chain: the exception itself, then what caused it.
pub(super) fn chains(span: &Span) -> Vec<Vec<Exception>> {
    let events = span.events.iter().filter(|event| event.name == "exception");
    events.map(chain).collect()
}

pub(super) fn any(span: &Span) -> bool {
    span.events.iter().any(|event| event.name == "exception")
}

fn chain(event: &Event) -> Vec<Exception> {
    let text = |key: &str| event.attributes.text(key).unwrap_or_default();
    let parts = stack::chain(text("exception.stacktrace"));
    let mut parts = parts.into_iter();
    let first = Exception {
        kind: or_unknown(text("exception.type")),
        message: text("exception.message").to_owned(),
        frames: parts.next().map(|part| part.frames).unwrap_or_default(),
    };
    let causes = parts.map(|part| Exception {
        kind: or_unknown(&part.kind),
        message: part.message,
        frames: part.frames,
    });
    std::iter::once(first).chain(causes).collect()
}

fn or_unknown(kind: &str) -> String {
    let kind = if kind.is_empty() { "Error" } else { kind };
    kind.to_owned()
}
