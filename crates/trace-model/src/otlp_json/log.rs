//! Decoding of one log record.

use serde::de::MapAccess;

use super::{
    fields::{Fields, Object, Scalar},
    value::{AnyValue, AttributeList},
};
use crate::{Log, LogSeverity};

/// The fields of a log record that have been read so far.
#[derive(Default)]
pub(super) struct LogFields {
    log: Log,
    body: AnyValue,
    attributes: AttributeList,
}

impl LogFields {
    pub(super) fn finish(self) -> Log {
        Log {
            body: self.body.into_value(),
            attributes: self.attributes.finish(),
            ..self.log
        }
    }
}

impl<'de> Fields<'de> for LogFields {
    fn field<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "attributes" => return self.attributes.read(map),
            "body" => return map.next_value_seed(Object(&mut self.body)),
            _ => {}
        }
        let value = map.next_value::<Scalar<'de>>()?;
        let log = &mut self.log;
        let number = || value.unsigned().unwrap_or_default();
        let short = || u32::try_from(number()).unwrap_or_default();
        match name {
            "traceId" | "trace_id" => log.trace_id = value.text().parse().ok(),
            "spanId" | "span_id" => log.span_id = value.text().parse().ok(),
            "timeUnixNano" | "time_unix_nano" => log.time_unix_nano = number(),
            "observedTimeUnixNano" | "observed_time_unix_nano" => log.observed_unix_nano = number(),
            "severityNumber" | "severity_number" => log.severity_number = severity(&value),
            "severityText" | "severity_text" => {
                log.severity_text = value.into_text().unwrap_or_default();
            }
            "eventName" | "event_name" => log.event_name = value.into_text().unwrap_or_default(),
            "droppedAttributesCount" | "dropped_attributes_count" => {
                log.dropped_attributes_count = short();
            }
            "flags" => log.flags = short(),
            _ => {}
        }
        Ok(())
    }
}

/// OTLP JSON requires numbers for enums; protobuf's JSON mapping also allows names, such as
/// `SEVERITY_NUMBER_WARN2`.
fn severity(value: &Scalar<'_>) -> i32 {
    let number = value.signed().and_then(|number| i32::try_from(number).ok());
    number.unwrap_or_else(|| {
        let text = value.text();
        let name = text.strip_prefix("SEVERITY_NUMBER_").unwrap_or(text);
        let range = LogSeverity::of_name(name.trim_end_matches(['2', '3', '4']));
        let step = name.bytes().last().filter(u8::is_ascii_digit);
        let step = step.map_or(0, |digit| i32::from(digit - b'1'));
        range.map_or(0, |range| i32::from(range.first_number()) + step)
    })
}
