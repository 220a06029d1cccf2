//! The result of testing one part of a gateway.

use std::fmt;

use logging::error_chain;

use crate::sinks::SinkCheck;

/// One line of a report. Its text has no key.
#[derive(Debug)]
pub(crate) struct Finding {
    pub(super) text: String,
    pub(super) is_failure: bool,
}

impl Finding {
    /// A part that works, or that cannot be tested.
    pub(super) const fn ok(text: String) -> Self {
        Self {
            text,
            is_failure: false,
        }
    }

    /// A part that would not work, with the correction.
    pub(super) fn failure(name: &str, error: impl fmt::Display) -> Self {
        Self {
            text: format!("{name}: FAILS: {error}"),
            is_failure: true,
        }
    }

    /// A part that would not work, because of an error.
    pub(super) fn error(name: &str, error: &dyn std::error::Error) -> Self {
        Self::failure(name, error_chain(error))
    }

    /// A part that is not configured.
    pub(super) fn off(name: &str, variable: &str) -> Self {
        Self::ok(format!("{name}: off. Set {variable} to turn it on"))
    }
}

impl From<SinkCheck> for Finding {
    fn from(check: SinkCheck) -> Self {
        match check {
            SinkCheck::Off { name, variable } => Self::off(name, variable),
            SinkCheck::On {
                name,
                target,
                result: Ok(text),
            } => Self::ok(format!("{name}: good ({target}): {text}")),
            SinkCheck::On {
                name,
                target,
                result: Err(text),
            } => Self::failure(name, format_args!("{target}: {text}")),
        }
    }
}
