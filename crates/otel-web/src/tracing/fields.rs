//! Fields, as attributes.

use std::error::Error;
use std::fmt::{self, Write as _};

use opentelemetry::trace::{SpanKind, Status};
use tracing_core::Field;
use tracing_core::field::Visit;

use crate::core::otlp::attributes::AnyValue;
use crate::core::record::SpanRecord;

/// Passes each field to a function, with its name and a value of the protocol.
pub(super) struct FieldVisitor<'a> {
    pub(super) set: &'a mut dyn FnMut(&str, AnyValue<'_>),
}

impl Visit for FieldVisitor<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        (self.set)(name(field), AnyValue::Double(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        (self.set)(name(field), AnyValue::Int(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        match i64::try_from(value) {
            Ok(number) => (self.set)(name(field), AnyValue::Int(number)),
            Err(_) => (self.set)(name(field), AnyValue::PageText(&value.to_string())),
        }
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        (self.set)(name(field), AnyValue::Bool(value));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        (self.set)(name(field), AnyValue::PageText(value));
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        (self.set)(name(field), AnyValue::PageText(&with_causes(value)));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let mut text = String::new();
        // If formatting fails, what was written until then is the value.
        write!(text, "{value:?}").ok();
        (self.set)(name(field), AnyValue::PageText(&text));
    }
}

/// Returns the field's name without the prefix of a raw identifier.
fn name(field: &Field) -> &str {
    let name = field.name();
    name.strip_prefix("r#").unwrap_or(name)
}

/// Returns the error's message and those of its causes, separated by colons.
fn with_causes(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// Sets an attribute of a span, or the property of the span that the field stands for.
pub(super) fn set_on_span(record: &mut SpanRecord, name: &str, value: AnyValue<'_>) {
    match (name, value) {
        ("otel.name", AnyValue::PageText(text)) => record.name = text.to_owned().into(),
        ("otel.kind", AnyValue::PageText(text)) => record.kind = kind(text),
        ("otel.status_code", AnyValue::PageText(text)) => set_status(record, text),
        ("otel.status_description", AnyValue::PageText(text)) => {
            record.set_status(Status::error(text.to_owned()));
        }
        _ => record.attributes.set(name, value),
    }
}

fn set_status(record: &mut SpanRecord, code: &str) {
    if code.eq_ignore_ascii_case("ok") {
        record.set_status(Status::Ok);
    } else if code.eq_ignore_ascii_case("error") && !record.is_error() {
        record.set_status(Status::error(""));
    }
}

fn kind(text: &str) -> SpanKind {
    let kinds = [
        ("client", SpanKind::Client),
        ("server", SpanKind::Server),
        ("producer", SpanKind::Producer),
        ("consumer", SpanKind::Consumer),
    ];
    let found = kinds
        .into_iter()
        .find(|(name, _)| text.eq_ignore_ascii_case(name));
    found.map_or(SpanKind::Internal, |(_, kind)| kind)
}
