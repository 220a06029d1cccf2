//! The kinds of data that the gateway accepts, each with its path and its messages.

use super::schema::{self, Schema};

/// A kind of data. Requests of both kinds are the same on the wire up to their records: groups
/// of encoded messages with a resource and a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Signal {
    Traces,
    Logs,
}

impl Signal {
    /// The path of OTLP/HTTP.
    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::Traces => "/v1/traces",
            Self::Logs => "/v1/logs",
        }
    }

    /// The word for some of its records, in texts for people.
    pub(crate) const fn records(self) -> &'static str {
        match self {
            Self::Traces => "spans",
            Self::Logs => "log records",
        }
    }

    /// The word for one of its records.
    pub(crate) const fn record(self) -> &'static str {
        match self {
            Self::Traces => "span",
            Self::Logs => "log record",
        }
    }

    /// Returns a number of records as text, such as `2 spans`.
    pub(crate) fn count(self, records: u64) -> String {
        let word = if records == 1 {
            self.record()
        } else {
            self.records()
        };
        format!("{records} {word}")
    }

    /// The path of records in OTLP JSON.
    pub(super) const fn json_path(self) -> &'static str {
        match self {
            Self::Traces => "resourceSpans[].scopeSpans[].spans[]",
            Self::Logs => "resourceLogs[].scopeLogs[].logRecords[]",
        }
    }

    /// The only member of a request in OTLP JSON.
    pub(super) const fn json_member(self) -> &'static str {
        match self {
            Self::Traces => "resourceSpans",
            Self::Logs => "resourceLogs",
        }
    }

    /// The name of a request's message.
    pub(super) const fn request_name(self) -> &'static str {
        match self {
            Self::Traces => "ExportTraceServiceRequest",
            Self::Logs => "ExportLogsServiceRequest",
        }
    }

    /// The name of the message that a request consists of.
    pub(super) const fn group_name(self) -> &'static str {
        match self {
            Self::Traces => "ResourceSpans",
            Self::Logs => "ResourceLogs",
        }
    }

    pub(super) const fn request_schema(self) -> &'static Schema {
        match self {
            Self::Traces => &schema::REQUEST,
            Self::Logs => &schema::LOGS_REQUEST,
        }
    }

    pub(super) const fn record_schema(self) -> &'static Schema {
        match self {
            Self::Traces => &schema::SPAN,
            Self::Logs => &schema::LOG_RECORD,
        }
    }

    /// The size of the shortest record. A span has two ids; a shorter message is rejected and takes
    /// no memory. Every field of a log record is optional.
    pub(super) const fn min_record_bytes(self) -> usize {
        match self {
            Self::Traces => 28,
            Self::Logs => 0,
        }
    }
}
