//! A span as the `opentelemetry` API knows it.

use std::borrow::Cow;
use std::time::SystemTime;

use opentelemetry::KeyValue;
use opentelemetry::trace::{Event, Link, SpanContext, Status};

use crate::clock::to_system_time;
use crate::open::Ticket;
use crate::pipeline::{self, EndTime};

/// An open span. Ends when [`end`](opentelemetry::trace::Span::end) is called or it is dropped.
///
/// Its data stay in the SDK's table of open spans, so that they are not lost when the page is left
/// while the span is open.
#[derive(Debug)]
pub struct Span {
    context: SpanContext,
    ticket: Option<Ticket>,
    ends_on_drop: bool,
}

impl Span {
    /// `ticket` is `None` for a span that is not recorded and only carries its context on.
    pub(crate) fn new(context: SpanContext, ticket: Option<Ticket>) -> Self {
        Self {
            context,
            ticket,
            ends_on_drop: true,
        }
    }

    /// A span that somebody else ends: an action's, which lasts longer than its first handle.
    pub(crate) fn held_elsewhere(context: SpanContext, ticket: Option<Ticket>) -> Self {
        Self {
            context,
            ticket,
            ends_on_drop: false,
        }
    }

    fn end_at(&mut self, time: EndTime) {
        if let Some(ticket) = self.ticket.take() {
            pipeline::end(ticket, time);
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
        let Some(ticket) = self.ticket else { return };
        let name = name.into();
        pipeline::edit(ticket, |span| {
            let time = to_system_time(span.anchor.sharpen(timestamp));
            span.record.add_event(Event::new(name, time, attributes, 0));
        });
    }

    fn span_context(&self) -> &SpanContext {
        &self.context
    }

    fn is_recording(&self) -> bool {
        self.ticket.is_some()
    }

    fn set_attribute(&mut self, attribute: KeyValue) {
        if let Some(ticket) = self.ticket {
            pipeline::edit(ticket, |span| span.record.set_attribute(attribute));
        }
    }

    fn set_status(&mut self, status: Status) {
        if let Some(ticket) = self.ticket {
            pipeline::edit(ticket, |span| span.record.set_status(status));
        }
    }

    fn update_name<T>(&mut self, new_name: T)
    where
        T: Into<Cow<'static, str>>,
    {
        if let Some(ticket) = self.ticket {
            pipeline::edit(ticket, |span| span.record.name = new_name.into());
        }
    }

    fn add_link(&mut self, span_context: SpanContext, attributes: Vec<KeyValue>) {
        if let Some(ticket) = self.ticket {
            let link = Link::new(span_context, attributes, 0);
            pipeline::edit(ticket, |span| span.record.add_link(link));
        }
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
    }
}
