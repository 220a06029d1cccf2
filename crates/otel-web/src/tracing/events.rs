//! Events, as events of the running span. Errors become exceptions.

use tracing_core::{Event, Level, Metadata};

use crate::browser::platform;
use crate::core::otlp::attributes::{self, AnyValue, Attributes};
use crate::trace::active_spans::SpanKey;
use crate::trace::exception::Exception;
use crate::trace::pipeline;
use crate::tracing::fields::FieldVisitor;
use crate::tracing::open_spans;

/// Adds an event to its span. Errors are recorded even without one.
pub(super) fn add(event: &Event<'_>) {
    let context = open_spans::parent(event.parent(), event.is_contextual());
    let metadata = event.metadata();
    if *metadata.level() == Level::ERROR {
        EventFields::of(event).into_exception().record_on(&context);
    } else if let Some(key) = pipeline::key_of(&context) {
        EventFields::of(event).add_to(key, metadata);
    }
}

struct EventFields {
    message: String,
    /// The text of the field `error` or `err`, of an event of the level `ERROR`.
    error: Option<String>,
    is_error: bool,
    attributes: Attributes,
}

impl EventFields {
    fn of(event: &Event<'_>) -> Self {
        let metadata = event.metadata();
        let mut fields = Self {
            message: String::new(),
            error: None,
            is_error: *metadata.level() == Level::ERROR,
            attributes: attributes::event_attributes(),
        };
        fields.attributes.set("level", metadata.level().as_str());
        fields.attributes.set("target", metadata.target());
        if fields.is_error {
            fields.set_location(metadata);
        }
        event.record(&mut FieldVisitor {
            set: &mut |name, value| fields.set(name, value),
        });
        fields
    }

    fn set_location(&mut self, metadata: &Metadata<'_>) {
        if let Some(file) = metadata.file() {
            self.attributes.set("code.file.path", file);
        }
        if let Some(line) = metadata.line() {
            self.attributes.set("code.line.number", i64::from(line));
        }
    }

    fn add_to(self, key: SpanKey, metadata: &Metadata<'_>) {
        let name = if self.message.is_empty() {
            metadata.name()
        } else {
            &self.message
        };
        pipeline::edit(Some(key), |span| {
            let now = span.anchor.unix_nanos(platform::monotonic_ms());
            span.record.add_encoded_event(name, now, &self.attributes);
        });
    }

    /// The message is the error's. The event's own becomes an attribute.
    fn into_exception(mut self) -> Exception {
        let message = match self.error {
            Some(error) => {
                if !self.message.is_empty() {
                    self.attributes.set("message", &*self.message);
                }
                error
            }
            None => self.message,
        };
        Exception {
            attributes: Some(self.attributes),
            ..Exception::new("error", message)
        }
    }

    fn set(&mut self, name: &str, value: AnyValue<'_>) {
        match (name, value) {
            ("message", AnyValue::PageText(text)) => text.clone_into(&mut self.message),
            ("error" | "err", AnyValue::PageText(text)) if self.is_error => {
                self.error = Some(text.to_owned());
            }
            // The record of the crate `log` behind an event.
            ("log.target", value) => self.attributes.set("target", value),
            ("log.file", value) => self.attributes.set("code.file.path", value),
            ("log.line", value) => self.attributes.set("code.line.number", value),
            ("log.module_path", _) => {}
            _ => self.attributes.set(name, value),
        }
    }
}
