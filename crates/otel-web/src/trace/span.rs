//! The span, as an implementation of the `opentelemetry` API.

use std::borrow::Cow;
use std::time::SystemTime;

use opentelemetry::KeyValue;
use opentelemetry::trace::{SpanContext, Status};

use crate::browser::platform;
use crate::trace::active_spans::SpanKey;
use crate::trace::pipeline::{self, EndTime, Started};

/// A span that has started.
///
/// It ends when [`end`](opentelemetry::trace::Span::end) is called, or when it is dropped. Moved into a
/// context by [`TraceContextExt`](opentelemetry::trace::TraceContextExt), it ends when the last clone
/// of that context is dropped. Its methods are those of [`opentelemetry::trace::Span`]; import that
/// trait to use them.
///
/// The handle contains only a key. The data is in the SDK's table of active spans, so that it is not
/// lost if the user leaves the page, or the code panics, while the span is open: it is then ended and
/// sent without the handle.
///
/// # Limits
///
/// A span has at most 128 attributes, 128 events and 128 links. Further ones are counted and dropped,
/// as the specification requires. Attributes are encoded when they are set.
///
/// # Examples
///
/// ## Attributes, events and status
///
/// ```no_run
/// use opentelemetry::global;
/// use opentelemetry::trace::{Span, Status, Tracer};
/// use otel_web::KeyValue;
///
/// let mut span = global::tracer("shop").start("cart.check");
/// span.set_attribute(KeyValue::new("cart.items", 3));
/// span.add_event("coupon expired", vec![KeyValue::new("coupon.id", 17)]);
/// span.set_status(Status::error("the cart has changed"));
/// span.end();
/// ```
#[derive(Debug)]
pub struct Span {
    context: SpanContext,
    key: Option<SpanKey>,
    /// Released when this handle is dropped, even if the span has ended before.
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

    /// Creates a handle of a ref-counted span, such as an action. Dropping it does not end the span.
    pub(crate) fn ref_counted(context: SpanContext, key: SpanKey) -> Self {
        Self {
            context,
            key: Some(key),
            owner: Some(key),
            ends_on_drop: false,
        }
    }

    /// Creates a handle that only carries a context.
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

/// Methods for the spans of requests.
#[cfg(any(feature = "fetch", feature = "window-fetch", feature = "xhr"))]
mod request_span {
    use std::borrow::Cow;

    use opentelemetry::Context;
    use opentelemetry::trace::{SpanKind, Status, TraceContextExt};

    use super::Span;
    use crate::core::otlp::attributes::{AnyValue, Attributes};
    use crate::trace::pipeline::{self, NewSpan};

    impl Span {
        /// Starts a span in this crate's own scope.
        pub(crate) fn child_of(
            parent: &Context,
            name: Cow<'static, str>,
            kind: SpanKind,
            attributes: Attributes,
        ) -> Self {
            let parent = parent.span();
            let parent = parent.span_context();
            let started = pipeline::with(|pipeline| {
                pipeline.start(NewSpan {
                    attributes,
                    ..NewSpan::own(name, kind, parent)
                })
            });
            started.map_or_else(|| Self::not_recorded(parent.clone()), Self::new)
        }

        /// Sets an attribute. Unlike the API's method, it needs no exclusive reference.
        pub(crate) fn annotate<'a>(&self, key: &str, value: impl Into<AnyValue<'a>>) {
            self.annotate_any(key, value.into());
        }

        #[inline(never)]
        fn annotate_any(&self, key: &str, value: AnyValue<'_>) {
            pipeline::edit(self.key, |span| span.record.attributes.set(key, value));
        }

        /// Sets the status `error`. The description may be empty if the attributes say enough.
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
            let time = span.anchor.refine(timestamp, platform::monotonic_ms());
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
