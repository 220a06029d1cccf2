//! The gateway, as the viewer asks it: lists, single traces, and its stream of changes.

pub(crate) mod events;
mod request;
mod trace;
mod traces;

use std::fmt;

pub(crate) use self::{
    trace::{Spans, trace},
    traces::{LIMIT, Page, traces},
};

/// Who wants an answer. What a person asks for is traced like any page; what the viewer
/// refreshes by itself is not, or watching a trace arrive would make another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    Person,
    Refresh,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Error {
    Unreachable,
    NotFound,
    /// With the gateway's reason: to ask again changes nothing.
    Refused(String),
    Status(u16),
    Unreadable(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable => f.write_str(
                "The gateway does not answer. Once it does, this page goes on by itself.",
            ),
            Self::NotFound => f.write_str("The gateway does not have this trace."),
            Self::Refused(reason) => write!(f, "The gateway refused the question: {reason}."),
            Self::Status(code) => write!(f, "The gateway answered {code}: its log says why."),
            Self::Unreadable(reason) => write!(f, "The gateway's answer is not readable: {reason}"),
        }
    }
}
