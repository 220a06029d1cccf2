//! Exceptions as spans carry them: events named `exception`
//! (<https://opentelemetry.io/docs/specs/semconv/exceptions/exceptions-spans/>).

use trace_model::{Event, Span};

use super::stack::{self, Frame};

/// The type of an exception without a type.
const UNKNOWN: &str = "Error";

/// One exception of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Exception {
    pub(super) kind: String,
    pub(super) message: String,
    /// The stack frames, innermost call first.
    pub(super) frames: Vec<Frame>,
}

/// Returns each exception event as a chain: the exception itself, then its causes.
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
    let printed = parts.next().unwrap_or_default();
    let first = Exception {
        kind: first_of([text("exception.type"), &printed.kind, UNKNOWN]),
        message: first_of([text("exception.message"), &printed.message, ""]),
        frames: printed.frames,
    };
    let causes = parts.map(|part| Exception {
        kind: first_of([&part.kind, UNKNOWN, ""]),
        message: part.message,
        frames: part.frames,
    });
    std::iter::once(first).chain(causes).collect()
}

/// Returns the first text that is not empty.
fn first_of(texts: [&str; 3]) -> String {
    let found = texts.iter().find(|text| !text.is_empty());
    found.copied().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use trace_model::Attribute;

    use super::*;

    fn first(attributes: &[(&str, &str)]) -> (String, String) {
        let attributes = attributes.iter().copied();
        let event = Event {
            time_unix_nano: 0,
            name: "exception".to_owned(),
            attributes: attributes
                .map(|(key, value)| Attribute::new(key, value))
                .collect(),
        };
        let first = chain(&event).remove(0);
        (first.kind, first.message)
    }

    #[test]
    fn missing_attributes_are_read_from_the_heading_of_the_stack_trace() {
        let stack = (
            "exception.stacktrace",
            "KeyError: 7\n    at like (app.js:12:5)",
        );
        let check = |attributes: &[(&str, &str)], kind: &str, message: &str| {
            assert_eq!(first(attributes), (kind.to_owned(), message.to_owned()));
        };
        check(&[stack], "KeyError", "7");
        check(
            &[("exception.type", "a.KeyError"), stack],
            "a.KeyError",
            "7",
        );
        check(&[("exception.message", "8"), stack], "KeyError", "8");
        check(&[("exception.message", "8")], "Error", "8");
        check(&[], "Error", "");
    }
}
