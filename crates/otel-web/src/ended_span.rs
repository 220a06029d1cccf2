//! The application's last look at a span: what it may not tell, it can be made to keep for itself.

use std::borrow::Cow;
use std::fmt;
use std::rc::Rc;

use opentelemetry::KeyValue;
use opentelemetry::trace::{SpanContext, SpanKind, Status};

use crate::otlp::Writer;
use crate::record::{Count, SpanRecord};

/// A span that has ended and is about to be queued, see [`Builder::on_end`](crate::Builder::on_end).
#[derive(Debug)]
pub struct EndedSpan<'a> {
    record: &'a mut SpanRecord,
    is_discarded: bool,
}

impl EndedSpan<'_> {
    /// The span's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.record.name
    }

    /// Gives the span another name.
    pub fn set_name(&mut self, name: impl Into<Cow<'static, str>>) {
        self.record.name = name.into();
    }

    /// Which side of which conversation the span is.
    #[must_use]
    pub fn kind(&self) -> &SpanKind {
        &self.record.kind
    }

    /// The span's ids.
    #[must_use]
    pub fn span_context(&self) -> &SpanContext {
        &self.record.context
    }

    /// How the work went.
    #[must_use]
    pub fn status(&self) -> &Status {
        &self.record.status
    }

    /// Replaces the status, whatever it was.
    pub fn set_status(&mut self, status: Status) {
        self.record.status = status;
    }

    /// The value of an attribute that is a text.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        self.record.attributes.text(key)
    }

    /// Sets an attribute, in place of an earlier one of the same key.
    pub fn set_attribute(&mut self, attribute: KeyValue) {
        let KeyValue { key, value, .. } = attribute;
        self.record.attributes.set(key.as_str(), &value);
    }

    /// Removes an attribute, if it is there.
    pub fn remove_attribute(&mut self, key: &str) {
        self.record.attributes.remove(key);
    }

    /// Removes all events, the texts of exceptions among them, and all links.
    pub fn remove_events_and_links(&mut self) {
        self.record.events_and_links = Writer::new();
        self.record.events = Count::default();
        self.record.links = Count::default();
    }

    /// Does not send the span at all, but counts it. What is below it remains, and loses its parent.
    pub fn discard(&mut self) {
        self.is_discarded = true;
    }
}

/// What the application does with each span.
#[derive(Clone)]
pub(crate) struct Hook(pub(crate) Rc<dyn Fn(&mut EndedSpan<'_>)>);

impl Hook {
    /// Whether the span is still to be sent.
    pub(crate) fn passes(&self, record: &mut SpanRecord) -> bool {
        let mut span = EndedSpan {
            record,
            is_discarded: false,
        };
        (self.0)(&mut span);
        !span.is_discarded
    }
}

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hook")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::tests::record;

    fn hook(hook: impl Fn(&mut EndedSpan<'_>) + 'static) -> Hook {
        Hook(Rc::new(hook))
    }

    #[test]
    fn attributes_can_be_rewritten_and_removed() {
        let mut span = record("a");
        span.attributes.set("url.path", "/users/ada");
        span.attributes.set("session.id", "1");
        span.attributes.set("count", 1);
        let rewrite = hook(|span| {
            assert_eq!(span.text("url.path"), Some("/users/ada"));
            assert_eq!((span.text("count"), span.text("absent")), (None, None));
            span.set_attribute(KeyValue::new("url.path", "/users/…"));
            span.remove_attribute("session.id");
        });
        assert!(rewrite.passes(&mut span));
        let mut expected = record("a");
        expected.attributes.set("count", 1);
        expected.attributes.set("url.path", "/users/…");
        assert_eq!(span.attributes.bytes(), expected.attributes.bytes());
    }

    #[test]
    fn what_an_error_says_can_be_kept_back() {
        let mut span = record("a");
        span.add_event("exception", 1, (&[], 0));
        span.set_status(Status::error("ada@example.com is unknown"));
        let keep_back = hook(|span| {
            span.remove_events_and_links();
            span.set_status(Status::error(""));
        });
        assert!(keep_back.passes(&mut span));
        assert_eq!(
            (span.events, span.status),
            (Count::default(), Status::error(""))
        );
    }

    #[test]
    fn a_span_can_be_discarded() {
        let discard = hook(|span| {
            if span.name() == "poll" {
                span.discard();
            }
        });
        assert!(!discard.passes(&mut record("poll")));
        assert!(discard.passes(&mut record("other")));
    }
}
