//! Lines for people.

use std::fmt;

use serde_json::Value;
use tracing::{Event, Subscriber};
use tracing_subscriber::{
    fmt::{
        FmtContext, FormatEvent, FormatFields,
        format::Writer,
        time::{FormatTime, SystemTime},
    },
    registry::LookupSpan,
};

use crate::{SpanContext, fields::Fields};

/// Writes `time LEVEL target: message key=value trace_id=… span_id=… request_id=…`.
#[derive(Debug)]
pub(crate) struct TextFormat {
    pub(crate) span_context: Option<fn() -> Option<SpanContext>>,
    pub(crate) request_id: Option<fn() -> Option<String>>,
}

impl<S, N> FormatEvent<S, N> for TextFormat
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let (metadata, fields) = (event.metadata(), Fields::of(event));
        SystemTime.format_time(&mut writer)?;
        write!(writer, " {:<5} {}: ", metadata.level(), metadata.target())?;
        write_escaped(&mut writer, &fields.message)?;
        for (name, value) in &fields.others.0 {
            write!(writer, " {name}=")?;
            write_value(&mut writer, value)?;
        }
        if let Some(ids) = self.span_context.and_then(|current| current()) {
            let (trace_id, span_id) = (ids.trace_id(), ids.span_id());
            write!(writer, " trace_id={trace_id} span_id={span_id}")?;
        }
        if let Some(id) = self.request_id.and_then(|current| current()) {
            write!(writer, " request_id=")?;
            write_value(&mut writer, &Value::String(id))?;
        }
        writeln!(writer)
    }
}

/// Writes a value so that its end can be found: in quotes where it has blanks or quotes itself.
fn write_value(writer: &mut Writer<'_>, value: &Value) -> fmt::Result {
    let Value::String(text) = value else {
        return write!(writer, "{value}");
    };
    let is_quoted = text.len() > 1 && text.starts_with('"') && text.ends_with('"');
    let needs_quotes = text.is_empty() || text.contains([' ', '"']);
    if !needs_quotes || is_quoted {
        return write_escaped(writer, text);
    }
    writer.write_char('"')?;
    write_escaped(writer, &text.replace('"', "\\\""))?;
    writer.write_char('"')
}

/// Writes text without control characters: terminals obey them, and a new line would look like
/// another event.
fn write_escaped(writer: &mut Writer<'_>, text: &str) -> fmt::Result {
    text.chars().try_for_each(|char| {
        if char.is_control() {
            write!(writer, "{}", char.escape_default())
        } else {
            writer.write_char(char)
        }
    })
}
