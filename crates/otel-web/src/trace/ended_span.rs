//! The hook that sees each span before it is queued.

use std::borrow::Cow;
use std::fmt;
use std::rc::Rc;

use opentelemetry::KeyValue;
use opentelemetry::trace::{SpanContext, SpanKind, Status};

use crate::core::otlp::writer::Writer;
use crate::core::record::{Count, SpanRecord};

/// A span that has ended and is about to be queued.
///
/// The hook of [`Builder::on_end`](crate::Builder::on_end) gets it, and can read and change it. Use it
/// for what must not leave the page and what this crate cannot know: ids in paths, names in messages,
/// spans without value.
///
/// Times, ids, kind and parent cannot be changed. Attributes that the browser provides only after the
/// span has ended, such as network timings, are set already.
///
/// # Examples
///
/// ## Personal data in a path
///
/// ```no_run
/// use otel_web::{KeyValue, Telemetry};
///
/// Telemetry::builder("shop")
///     .on_end(|span| {
///         if span.text("url.path").is_some_and(|path| path.starts_with("/users/")) {
///             span.set_attribute(KeyValue::new("url.path", "/users/REDACTED"));
///         }
///     })
///     .install();
/// ```
///
/// ## Texts of errors
///
/// Messages and stack traces may contain user input. The status remains `error`.
///
/// ```no_run
/// use opentelemetry::trace::Status;
///
/// otel_web::Telemetry::builder("shop")
///     .on_end(|span| {
///         if matches!(span.status(), Status::Error { .. }) {
///             span.remove_events_and_links();
///             span.set_status(Status::error(""));
///         }
///     })
///     .install();
/// ```
///
/// ## A request that is not interesting
///
/// ```no_run
/// otel_web::Telemetry::builder("shop")
///     .on_end(|span| {
///         if span.name() == "GET /api/heartbeat" {
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
    /// Returns the name of the span.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.record.name
    }

    /// Replaces the name of the span.
    ///
    /// Use it to reduce the number of different names, such as names with ids in them.
    pub fn set_name(&mut self, name: impl Into<Cow<'static, str>>) {
        self.record.name = name.into();
    }

    /// Returns the kind. Of the spans that this crate starts, requests and loaded files are
    /// [`SpanKind::Client`], all others [`SpanKind::Internal`].
    #[must_use]
    pub fn kind(&self) -> &SpanKind {
        &self.record.kind
    }

    /// Returns trace id, span id and flags.
    #[must_use]
    pub fn span_context(&self) -> &SpanContext {
        &self.record.context
    }

    /// Returns the status. The description of an error is the message of its exception.
    #[must_use]
    pub fn status(&self) -> &Status {
        &self.record.status
    }

    /// Replaces the status.
    ///
    /// Unlike the method of an open span, it can also lower a status, for instance from error to unset.
    pub fn set_status(&mut self, status: Status) {
        self.record.status = status;
    }

    /// Returns the value of a text attribute. `None` if it is absent or has another type.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        self.record.attributes.text(key)
    }

    /// Sets an attribute, and replaces an earlier value of the same key.
    ///
    /// If the span has 128 attributes already, a new one is counted as dropped.
    pub fn set_attribute(&mut self, attribute: KeyValue) {
        let KeyValue { key, value, .. } = attribute;
        self.record.attributes.set(key.as_str(), &value);
    }

    /// Removes an attribute, if it exists.
    pub fn remove_attribute(&mut self, key: &str) {
        self.record.attributes.remove(key);
    }

    /// Removes all events and links.
    ///
    /// Events include exceptions with message and stack trace; links include the one to the previous
    /// trace of the session.
    pub fn remove_events_and_links(&mut self) {
        self.record.events_and_links = Writer::new();
        self.record.events = Count::default();
        self.record.links = Count::default();
    }

    /// Discards the span.
    ///
    /// It is counted in the resource attribute `otel.sdk.span.dropped.discarded`. Its children are sent
    /// nevertheless and lose their parent, so discard leaves or whole traces.
    pub fn discard(&mut self) {
        self.is_discarded = true;
    }
}

/// The application's hook.
#[derive(Clone)]
pub(crate) struct Hook(pub(crate) Rc<dyn Fn(&mut EndedSpan<'_>)>);

impl Hook {
    /// Runs the hook. False if it has discarded the span.
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
    use crate::core::record::tests::record;

    fn hook(hook: impl Fn(&mut EndedSpan<'_>) + 'static) -> Hook {
        Hook(Rc::new(hook))
    }

    #[test]
    fn hook_sets_and_removes_attributes() {
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
    fn hook_removes_the_text_of_an_error() {
        let mut span = record("a");
        span.add_event("exception", 1, (&[], 0));
        span.set_status(Status::error("ada@example.com is unknown"));
        let remove_texts = hook(|span| {
            span.remove_events_and_links();
            span.set_status(Status::error(""));
        });
        assert!(remove_texts.should_export(&mut span));
        assert_eq!(
            (span.events, span.status),
            (Count::default(), Status::error(""))
        );
    }

    #[test]
    fn hook_discards_a_span() {
        let discard = hook(|span| {
            if span.name() == "poll" {
                span.discard();
            }
        });
        assert!(!discard.should_export(&mut record("poll")));
        assert!(discard.should_export(&mut record("other")));
    }
}
