//! The `on_end` hook, with which an application rewrites or discards ended spans.

use std::borrow::Cow;
use std::fmt;
use std::rc::Rc;

use opentelemetry::KeyValue;
use opentelemetry::trace::{SpanContext, SpanKind, Status};

use crate::otlp::Writer;
use crate::record::{Count, SpanRecord};

/// A span that has ended and is about to be queued. Passed to
/// [`Builder::on_end`](crate::Builder::on_end).
///
/// # Example: discarding successful polls
///
/// ```no_run
/// use opentelemetry::trace::Status;
///
/// otel_web::Telemetry::builder("shop")
///     .on_end(|span| {
///         let has_failed = matches!(span.status(), Status::Error { .. });
///         if span.name() == "GET /api/poll" && !has_failed {
///             span.discard();
///         }
///     })
///     .install();
/// ```
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

    /// Renames the span.
    pub fn set_name(&mut self, name: impl Into<Cow<'static, str>>) {
        self.record.name = name.into();
    }

    /// The span's kind, e.g. [`SpanKind::Client`].
    #[must_use]
    pub fn kind(&self) -> &SpanKind {
        &self.record.kind
    }

    /// The span's trace id, span id, flags and trace state.
    #[must_use]
    pub fn span_context(&self) -> &SpanContext {
        &self.record.context
    }

    /// The span's status.
    #[must_use]
    pub fn status(&self) -> &Status {
        &self.record.status
    }

    /// Replaces the status, even if it is `Ok`.
    pub fn set_status(&mut self, status: Status) {
        self.record.status = status;
    }

    /// Returns the value of a string attribute. `None` if it is missing or of another type.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        self.record.attributes.text(key)
    }

    /// Sets an attribute, and replaces an earlier one of the same key.
    pub fn set_attribute(&mut self, attribute: KeyValue) {
        let KeyValue { key, value, .. } = attribute;
        self.record.attributes.set(key.as_str(), &value);
    }

    /// Removes an attribute. Does nothing if it is missing.
    pub fn remove_attribute(&mut self, key: &str) {
        self.record.attributes.remove(key);
    }

    /// Removes all events, including exceptions, and all links.
    pub fn remove_events_and_links(&mut self) {
        self.record.events_and_links = Writer::new();
        self.record.events = Count::default();
        self.record.links = Count::default();
    }

    /// Discards the span instead of exporting it. It is counted in `otel.sdk.span.dropped.discarded`.
    /// Its children are exported, and their parent is missing.
    pub fn discard(&mut self) {
        self.is_discarded = true;
    }
}

/// The application's function for ended spans.
#[derive(Clone)]
pub(crate) struct Hook(pub(crate) Rc<dyn Fn(&mut EndedSpan<'_>)>);

impl Hook {
    /// Calls the function. Returns false if it has discarded the span.
    pub(crate) fn should_export(&self, record: &mut SpanRecord) -> bool {
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
    fn attributes_can_be_replaced_and_removed() {
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
        assert!(rewrite.should_export(&mut span));
        let mut expected = record("a");
        expected.attributes.set("count", 1);
        expected.attributes.set("url.path", "/users/…");
        assert_eq!(span.attributes.bytes(), expected.attributes.bytes());
    }

    #[test]
    fn events_and_status_description_can_be_removed() {
        let mut span = record("a");
        span.add_event("exception", 1, (&[], 0));
        span.set_status(Status::error("ada@example.com is unknown"));
        let remove = hook(|span| {
            span.remove_events_and_links();
            span.set_status(Status::error(""));
        });
        assert!(remove.should_export(&mut span));
        assert_eq!(
            (span.events, span.status),
            (Count::default(), Status::error(""))
        );
    }

    #[test]
    fn span_can_be_discarded() {
        let discard = hook(|span| {
            if span.name() == "poll" {
                span.discard();
            }
        });
        assert!(!discard.should_export(&mut record("poll")));
        assert!(discard.should_export(&mut record("other")));
    }
}
