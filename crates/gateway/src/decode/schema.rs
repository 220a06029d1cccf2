//! OTLP's messages as data: the name, number and kind of each field.
//!
//! A test compares them with the messages of `opentelemetry-proto`.

use self::Kind::{
    Bool, Bytes, Double, Enum, Fixed32, Fixed64, Id, Int32, Int64, Message, Messages, Nested, Text,
    Texts, Uint32,
};
use super::wire_format::WireType;

#[derive(Debug)]
pub(super) struct Schema(pub(super) &'static [Field]);

#[derive(Debug)]
pub(super) struct Field {
    /// The name in JSON.
    pub(super) name: &'static str,
    pub(super) number: u32,
    pub(super) kind: Kind,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Text,
    Texts,
    /// Bytes that are hex in JSON.
    Id,
    Bytes,
    Bool,
    /// An integer that may be one of these names in JSON.
    Enum(&'static [&'static str]),
    Int32,
    Uint32,
    Fixed32,
    Int64,
    Fixed64,
    Double,
    Message(&'static Schema),
    Messages(&'static Schema),
    /// A message that nests values in a value: a list or a map.
    Nested(&'static Schema),
}

impl Schema {
    /// Returns the field with this number, or `None` for an unknown one.
    pub(super) fn field(&self, number: u32) -> Option<&'static Field> {
        // Most messages number their fields from one without gaps.
        let in_place = self.0.get((number as usize).wrapping_sub(1));
        in_place
            .filter(|field| field.number == number)
            .or_else(|| self.0.iter().find(|field| field.number == number))
    }

    /// Whether this is one of the messages around records.
    pub(super) fn is_envelope(&self) -> bool {
        let of_spans = [&REQUEST, &RESOURCE_SPANS, &SCOPE_SPANS];
        let of_logs = [&LOGS_REQUEST, &RESOURCE_LOGS, &SCOPE_LOGS];
        of_spans
            .into_iter()
            .chain(of_logs)
            .any(|envelope| std::ptr::eq(self, envelope))
    }
}

impl Kind {
    pub(super) const fn wire_type(self) -> WireType {
        match self {
            Bool | Enum(_) | Int32 | Uint32 | Int64 => WireType::Varint,
            Fixed64 | Double => WireType::SixtyFourBit,
            Fixed32 => WireType::ThirtyTwoBit,
            Text | Texts | Id | Bytes | Message(_) | Messages(_) | Nested(_) => WireType::Delimited,
        }
    }

    /// Describes the JSON value that a field expects.
    pub(super) const fn json_description(self) -> &'static str {
        match self {
            Text => "a string",
            Texts => "a list of strings",
            Id => "hex digits in a string",
            Bytes => "base64 in a string",
            Bool => "true or false",
            Enum(_) => "an integer, or its name in a string",
            Int32 | Uint32 | Fixed32 => "a 32-bit integer, or its digits in a string",
            Int64 | Fixed64 => "a 64-bit integer, or its digits in a string",
            Double => {
                "a number that fits a double, or its digits, \"NaN\", \"Infinity\" or \"-Infinity\" in a string"
            }
            Message(_) | Nested(_) => "an object",
            Messages(_) => "a list of objects",
        }
    }
}

const fn field(name: &'static str, number: u32, kind: Kind) -> Field {
    Field { name, number, kind }
}

/// The names by number, as in `trace.proto`.
const SPAN_KINDS: &[&str] = &[
    "SPAN_KIND_UNSPECIFIED",
    "SPAN_KIND_INTERNAL",
    "SPAN_KIND_SERVER",
    "SPAN_KIND_CLIENT",
    "SPAN_KIND_PRODUCER",
    "SPAN_KIND_CONSUMER",
];
const STATUS_CODES: &[&str] = &["STATUS_CODE_UNSET", "STATUS_CODE_OK", "STATUS_CODE_ERROR"];

/// The names by number, as in `logs.proto`.
const SEVERITY_NUMBERS: &[&str] = &[
    "SEVERITY_NUMBER_UNSPECIFIED",
    "SEVERITY_NUMBER_TRACE",
    "SEVERITY_NUMBER_TRACE2",
    "SEVERITY_NUMBER_TRACE3",
    "SEVERITY_NUMBER_TRACE4",
    "SEVERITY_NUMBER_DEBUG",
    "SEVERITY_NUMBER_DEBUG2",
    "SEVERITY_NUMBER_DEBUG3",
    "SEVERITY_NUMBER_DEBUG4",
    "SEVERITY_NUMBER_INFO",
    "SEVERITY_NUMBER_INFO2",
    "SEVERITY_NUMBER_INFO3",
    "SEVERITY_NUMBER_INFO4",
    "SEVERITY_NUMBER_WARN",
    "SEVERITY_NUMBER_WARN2",
    "SEVERITY_NUMBER_WARN3",
    "SEVERITY_NUMBER_WARN4",
    "SEVERITY_NUMBER_ERROR",
    "SEVERITY_NUMBER_ERROR2",
    "SEVERITY_NUMBER_ERROR3",
    "SEVERITY_NUMBER_ERROR4",
    "SEVERITY_NUMBER_FATAL",
    "SEVERITY_NUMBER_FATAL2",
    "SEVERITY_NUMBER_FATAL3",
    "SEVERITY_NUMBER_FATAL4",
];

pub(super) static REQUEST: Schema = Schema(&[field("resourceSpans", 1, Messages(&RESOURCE_SPANS))]);

static RESOURCE_SPANS: Schema = Schema(&[
    field("resource", 1, Message(&RESOURCE)),
    field("scopeSpans", 2, Messages(&SCOPE_SPANS)),
    field("schemaUrl", 3, Text),
]);

pub(super) static RESOURCE: Schema = Schema(&[
    field("attributes", 1, Messages(&KEY_VALUE)),
    field("droppedAttributesCount", 2, Uint32),
    field("entityRefs", 3, Messages(&ENTITY_REF)),
]);

static ENTITY_REF: Schema = Schema(&[
    field("schemaUrl", 1, Text),
    field("type", 2, Text),
    field("idKeys", 3, Texts),
    field("descriptionKeys", 4, Texts),
]);

static SCOPE_SPANS: Schema = Schema(&[
    field("scope", 1, Message(&SCOPE)),
    field("spans", 2, Messages(&SPAN)),
    field("schemaUrl", 3, Text),
]);

pub(super) static SCOPE: Schema = Schema(&[
    field("name", 1, Text),
    field("version", 2, Text),
    field("attributes", 3, Messages(&KEY_VALUE)),
    field("droppedAttributesCount", 4, Uint32),
]);

pub(super) static SPAN: Schema = Schema(&[
    field("traceId", 1, Id),
    field("spanId", 2, Id),
    field("traceState", 3, Text),
    field("parentSpanId", 4, Id),
    field("name", 5, Text),
    field("kind", 6, Enum(SPAN_KINDS)),
    field("startTimeUnixNano", 7, Fixed64),
    field("endTimeUnixNano", 8, Fixed64),
    field("attributes", 9, Messages(&KEY_VALUE)),
    field("droppedAttributesCount", 10, Uint32),
    field("events", 11, Messages(&EVENT)),
    field("droppedEventsCount", 12, Uint32),
    field("links", 13, Messages(&LINK)),
    field("droppedLinksCount", 14, Uint32),
    field("status", 15, Message(&STATUS)),
    field("flags", 16, Fixed32),
]);

pub(super) static LOGS_REQUEST: Schema =
    Schema(&[field("resourceLogs", 1, Messages(&RESOURCE_LOGS))]);

static RESOURCE_LOGS: Schema = Schema(&[
    field("resource", 1, Message(&RESOURCE)),
    field("scopeLogs", 2, Messages(&SCOPE_LOGS)),
    field("schemaUrl", 3, Text),
]);

static SCOPE_LOGS: Schema = Schema(&[
    field("scope", 1, Message(&SCOPE)),
    field("logRecords", 2, Messages(&LOG_RECORD)),
    field("schemaUrl", 3, Text),
]);

pub(super) static LOG_RECORD: Schema = Schema(&[
    field("timeUnixNano", 1, Fixed64),
    field("severityNumber", 2, Enum(SEVERITY_NUMBERS)),
    field("severityText", 3, Text),
    field("body", 5, Message(&ANY_VALUE)),
    field("attributes", 6, Messages(&KEY_VALUE)),
    field("droppedAttributesCount", 7, Uint32),
    field("flags", 8, Fixed32),
    field("traceId", 9, Id),
    field("spanId", 10, Id),
    field("observedTimeUnixNano", 11, Fixed64),
    field("eventName", 12, Text),
]);

static EVENT: Schema = Schema(&[
    field("timeUnixNano", 1, Fixed64),
    field("name", 2, Text),
    field("attributes", 3, Messages(&KEY_VALUE)),
    field("droppedAttributesCount", 4, Uint32),
]);

static LINK: Schema = Schema(&[
    field("traceId", 1, Id),
    field("spanId", 2, Id),
    field("traceState", 3, Text),
    field("attributes", 4, Messages(&KEY_VALUE)),
    field("droppedAttributesCount", 5, Uint32),
    field("flags", 6, Fixed32),
]);

pub(super) static STATUS: Schema = Schema(&[
    field("message", 2, Text),
    field("code", 3, Enum(STATUS_CODES)),
]);

/// The number of a [`KEY_VALUE`]'s value.
pub(super) const VALUE_NUMBER: u32 = 2;

pub(super) static KEY_VALUE: Schema = Schema(&[
    field("key", 1, Text),
    field("value", 2, Message(&ANY_VALUE)),
    field("keyStrindex", 3, Int32),
]);

pub(super) static ANY_VALUE: Schema = Schema(&[
    field("stringValue", 1, Text),
    field("boolValue", 2, Bool),
    field("intValue", 3, Int64),
    field("doubleValue", 4, Double),
    field("arrayValue", 5, Nested(&ARRAY_VALUE)),
    field("kvlistValue", 6, Nested(&KEY_VALUE_LIST)),
    field("bytesValue", 7, Bytes),
    field("stringValueStrindex", 8, Int32),
]);

static ARRAY_VALUE: Schema = Schema(&[field("values", 1, Messages(&ANY_VALUE))]);

static KEY_VALUE_LIST: Schema = Schema(&[field("values", 1, Messages(&KEY_VALUE))]);

#[cfg(test)]
mod tests;
