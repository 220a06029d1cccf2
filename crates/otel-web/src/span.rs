//! A span as the `opentelemetry` API knows it.

use std::borrow::Cow;
use std::time::SystemTime;

use opentelemetry::KeyValue;
use opentelemetry::trace::{SpanContext, Status};

use crate::active_spans::SpanKey;
use crate::pipeline::{self, EndTime, Started};

/// A span that is being recorded. It ends when [`end`](opentelemetry::trace::Span::end) is called,
/// or when it is dropped.
///
/// Its data is in the SDK's table of active spans, so it is exported even if the page is left before
/// the span ends.
#[derive(Debug)]
pub struct Span {
    context: SpanContext,
    key: Option<SpanKey>,
    /// Released when this handle is dropped, whether or not the span has ended.
    owner: Option<SpanKey>,
    ends_on_drop: bool,
}

impl Span {
    pub(crate) fn new(started: Started) -> Self {
        Self {
            context: started.context,
            key: started.key,
            owner: started.owner,
            ends_on_drop: true,
        }
    }

    /// Returns a handle of an action's span, which ends some time after its last handle.
    pub(crate) fn ref_counted(context: SpanContext, key: SpanKey) -> Self {
        Self {
            context,
            key: Some(key),
            owner: Some(key),
            ends_on_drop: false,
        }
    }

    /// Returns a span that only propagates its context.
    pub(crate) fn not_recorded(context: SpanContext) -> Self {
        Self {
            context,
            key: None,
            owner: None,
            ends_on_drop: false,
        }
    }

    fn end_at(&mut self, time: EndTime) {
        if let Some(key) = self.key.take() {
            pipeline::end(key, time);
        }
    }
}

/// Operations for the spans of requests.
#[cfg(any(feature = "fetch", feature = "window-fetch"))]
mod of_request {
    use std::borrow::Cow;

    use opentelemetry::Context;
    use opentelemetry::trace::{SpanKind, Status, TraceContextExt};

    use super::Span;
    use crate::otlp::AnyValue;
    use crate::pipeline::{self, NewSpan};

    impl Span {
        /// Starts a span in this crate's own scope.
        pub(crate) fn child_of(parent: &Context, name: Cow<'static, str>, kind: SpanKind) -> Self {
            let parent = parent.span();
            let parent = parent.span_context();
            let started = pipeline::with(|pipeline| {
                pipeline.start(NewSpan {
                    name,
                    kind,
                    parent,
                    scope: pipeline::OWN_SCOPE,
                    action: None,
                })
            });
            started.map_or_else(|| Self::not_recorded(parent.clone()), Self::new)
        }

        pub(crate) fn annotate<'a>(&self, key: &str, value: impl Into<AnyValue<'a>>) {
            self.annotate_any(key, value.into());
        }

        #[inline(never)]
        fn annotate_any(&self, key: &str, value: AnyValue<'_>) {
            pipeline::edit(self.key, |span| span.record.attributes.set(key, value));
        }

        /// Sets the status to `error`. The description is empty if the attributes say enough.
        pub(crate) fn fail(&self, description: impl Into<Cow<'static, str>>) {
            let status = Status::error(description);
            pipeline::edit(self.key, |span| span.record.set_status(status));
        }
    }
}

impl opentelemetry::trace::Span for Span {
    fn add_event_with_timestamp<T>(
        &mut self,
        name: T,
        timestamp: SystemTime,
        attributes: Vec<KeyValue>,
    ) where
        T: Into<Cow<'static, str>>,
    {
        let name = name.into();
        pipeline::edit(self.key, |span| {
            let time = span.anchor.refine(timestamp);
            span.record.add_event(&name, time, (&attributes, 0));
        });
    }

    fn span_context(&self) -> &SpanContext {
        &self.context
    }

    fn is_recording(&self) -> bool {
        self.key.is_some()
    }

    fn set_attribute(&mut self, KeyValue { key, value, .. }: KeyValue) {
        pipeline::edit(self.key, |span| {
            span.record.attributes.set(key.as_str(), &value);
        });
    }

    fn set_status(&mut self, status: Status) {
        pipeline::edit(self.key, |span| span.record.set_status(status));
    }

    fn update_name<T>(&mut self, new_name: T)
    where
        T: Into<Cow<'static, str>>,
    {
        pipeline::edit(self.key, |span| span.record.name = new_name.into());
    }

    fn add_link(&mut self, span_context: SpanContext, attributes: Vec<KeyValue>) {
        pipeline::edit(self.key, |span| {
            span.record.add_link(&span_context, (&attributes, 0));
        });
    }

    fn end(&mut self) {
        self.end_at(EndTime::Now);
    }

    fn end_with_timestamp(&mut self, timestamp: SystemTime) {
        self.end_at(EndTime::At(timestamp));
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        if self.ends_on_drop {
            self.end_at(EndTime::Now);
        }
        pipeline::release(self.owner);
    }
}
