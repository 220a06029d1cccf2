//! The client of the gateway's API: lists of traces, single traces, and the event stream.

mod clear;
mod document;
pub(crate) mod events;
mod export;
mod import;
mod logs;
mod overview;
mod request;
mod trace;
mod traces;
mod xray;

use std::fmt;

pub(crate) use self::{
    clear::{ClearFilter, Cleared, clear},
    document::Document,
    export::{ExportFile, export},
    import::{ImportReport, import},
    logs::{LogPage, trace_logs},
    overview::overview,
    trace::{TraceResponse, trace},
    traces::{MAX_PAGE_TRACES, Page, traces},
    xray::{XRayDocument, xray_documents},
};

/// What started a request. Requests of the user are traced like those of any page. Background
/// requests are not: otherwise, watching a trace arrive would record another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Initiator {
    User,
    Background,
}

/// Why a request failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Error {
    Unreachable,
    /// No complete response arrived in time.
    Timeout,
    NotFound,
    /// The gateway's reason. The same request would fail again.
    BadRequest(String),
    Status(u16),
    InvalidResponse(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable => {
                f.write_str("The gateway cannot be reached. This page reconnects automatically.")
            }
            Self::Timeout => write!(
                f,
                "The gateway did not respond within {} seconds.",
                request::RESPONSE_TIMEOUT_MS / 1_000
            ),
            Self::NotFound => f.write_str("The gateway does not have this trace."),
            Self::BadRequest(reason) => write!(f, "The gateway rejected the request: {reason}."),
            Self::Status(code) => write!(f, "The gateway answered {code}. Its log has the reason."),
            Self::InvalidResponse(reason) => {
                write!(f, "The gateway's response cannot be read: {reason}.")
            }
        }
    }
}
