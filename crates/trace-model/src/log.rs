//! A log record as a plain value, independent of the wire format.

use std::{fmt, sync::Arc};

use crate::{Attributes, Resource, Scope, SpanId, TraceId, Value};

/// One log record (OTLP `LogRecord`). Times are in nanoseconds since the Unix epoch.
///
/// [`otlp_json::decode_logs`](crate::otlp_json::decode_logs) reads log records from OTLP JSON.
///
/// # Examples
///
/// ```
/// use trace_model::{Log, LogSeverity};
///
/// let log = Log {
///     observed_unix_nano: 1_790_000_000_000_000_000,
///     severity_text: "warning".to_owned(),
///     body: "stock is low".into(),
///     ..Log::default()
/// };
/// assert_eq!(log.severity(), LogSeverity::Warn);
/// assert_eq!(log.unix_nano(), 1_790_000_000_000_000_000);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Log {
    /// The trace in which the record was written, if any.
    pub trace_id: Option<TraceId>,
    /// The span in which it was written, if any.
    pub span_id: Option<SpanId>,
    /// When the event occurred, or zero.
    pub time_unix_nano: u64,
    /// When the event was observed, or zero.
    pub observed_unix_nano: u64,
    /// From 1 (TRACE) to 24 (FATAL4), or zero.
    pub severity_number: i32,
    /// The severity as its source names it, or empty.
    pub severity_text: String,
    /// The name of the kind of event, or empty.
    pub event_name: String,
    pub body: Value,
    pub attributes: Attributes,
    /// The number of attributes that the sender left out.
    pub dropped_attributes_count: u32,
    /// The W3C trace flags, in the lowest eight bits.
    pub flags: u32,
    /// The program that wrote the record, shared by all of its records.
    pub resource: Arc<Resource>,
    /// The library that wrote the record.
    pub scope: Arc<Scope>,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            trace_id: None,
            span_id: None,
            time_unix_nano: 0,
            observed_unix_nano: 0,
            severity_number: 0,
            severity_text: String::new(),
            event_name: String::new(),
            body: Value::Empty,
            attributes: Attributes::default(),
            dropped_attributes_count: 0,
            flags: 0,
            resource: Arc::default(),
            scope: Arc::default(),
        }
    }
}

impl Log {
    /// Returns when the event occurred, or else when it was observed.
    #[must_use]
    pub const fn unix_nano(&self) -> u64 {
        if self.time_unix_nano == 0 {
            self.observed_unix_nano
        } else {
            self.time_unix_nano
        }
    }

    /// Returns the severity, by its number or else by its name.
    #[must_use]
    pub fn severity(&self) -> LogSeverity {
        LogSeverity::of_number(self.effective_severity())
    }

    /// Returns the number of the severity, also if the record has only its name.
    #[must_use]
    pub fn effective_severity(&self) -> u8 {
        LogSeverity::number(self.severity_number, &self.severity_text)
    }

    /// Returns the name of the record's service; see [`Resource::service`].
    #[must_use]
    pub fn service(&self) -> &str {
        self.resource.service()
    }
}

/// The range of a severity number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogSeverity {
    #[default]
    Unspecified,
    Trace,
    Debug,
    Info,
    Warn,
    Error,
    Fatal,
}

/// The highest severity number.
const MAX_NUMBER: i32 = 24;

/// The numbers of each range.
const NUMBERS_PER_RANGE: u8 = 4;

impl LogSeverity {
    /// All ranges of numbers, the lowest first.
    pub const ALL: [Self; 6] = [
        Self::Trace,
        Self::Debug,
        Self::Info,
        Self::Warn,
        Self::Error,
        Self::Fatal,
    ];

    /// Returns a record's severity number, which is that of its name if it has no valid number, or
    /// zero.
    #[must_use]
    pub fn number(number: i32, text: &str) -> u8 {
        match u8::try_from(number) {
            Ok(valid @ 1..) if number <= MAX_NUMBER => valid,
            _ => Self::of_name(text).map_or(0, Self::first_number),
        }
    }

    /// Returns the range of a severity number.
    #[must_use]
    pub fn of_number(number: u8) -> Self {
        let index = number
            .checked_sub(1)
            .map(|number| number / NUMBERS_PER_RANGE);
        let range = index.and_then(|index| Self::ALL.get(usize::from(index)));
        range.copied().unwrap_or_default()
    }

    /// Returns the range of a name, as logging libraries write it.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Some(match name.trim().to_ascii_lowercase().as_str() {
            "trace" | "verbose" => Self::Trace,
            "debug" => Self::Debug,
            "info" | "information" | "informational" | "notice" => Self::Info,
            "warn" | "warning" => Self::Warn,
            "err" | "error" | "severe" => Self::Error,
            "fatal" | "critical" | "crit" | "alert" | "emergency" | "panic" => Self::Fatal,
            _ => return None,
        })
    }

    /// Returns the lowest number of the range, or zero.
    #[must_use]
    pub const fn first_number(self) -> u8 {
        match self {
            Self::Unspecified => 0,
            Self::Trace => 1,
            Self::Debug => 5,
            Self::Info => 9,
            Self::Warn => 13,
            Self::Error => 17,
            Self::Fatal => 21,
        }
    }

    /// Returns the highest number of the range, or zero.
    #[must_use]
    pub const fn last_number(self) -> u8 {
        match self.first_number() {
            0 => 0,
            first => first + NUMBERS_PER_RANGE - 1,
        }
    }

    /// Returns the name as OpenTelemetry writes it, or an empty text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unspecified => "",
            Self::Trace => "TRACE",
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
            Self::Fatal => "FATAL",
        }
    }
}

impl fmt::Display for LogSeverity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn severity_is_that_of_the_number_or_else_of_the_name() {
        for (number, text, expected) in [
            (1, "", LogSeverity::Trace),
            (9, "ERROR", LogSeverity::Info),
            (16, "", LogSeverity::Warn),
            (17, "", LogSeverity::Error),
            (24, "", LogSeverity::Fatal),
            (0, "warning", LogSeverity::Warn),
            (0, " Critical ", LogSeverity::Fatal),
            (25, "debug", LogSeverity::Debug),
            (-1, "", LogSeverity::Unspecified),
            (265, "", LogSeverity::Unspecified),
            (0, "loud", LogSeverity::Unspecified),
        ] {
            let log = Log {
                severity_number: number,
                severity_text: text.to_owned(),
                ..Log::default()
            };
            assert_eq!(log.severity(), expected, "{number} {text:?}");
        }
    }

    #[test]
    fn each_range_begins_with_its_first_number() {
        for severity in LogSeverity::ALL {
            let first = severity.first_number();
            assert_eq!(LogSeverity::of_number(first), severity);
            assert!(LogSeverity::of_number(first - 1) < severity);
            assert_eq!(LogSeverity::of_number(severity.last_number()), severity);
            assert_eq!(LogSeverity::of_name(severity.as_str()), Some(severity));
        }
    }
}
