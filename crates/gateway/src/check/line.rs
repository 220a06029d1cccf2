//! What was looked at, in a line of text.

use std::fmt;

/// One thing that was looked at. Its text holds no key.
#[derive(Debug)]
pub(crate) struct Line {
    pub(super) text: String,
    pub(super) fails: bool,
}

impl Line {
    /// What is so, good or not to be tested.
    pub(crate) const fn said(text: String) -> Self {
        Self { text, fails: false }
    }

    /// What would not work, and what to do.
    pub(crate) fn fails(name: &str, why: impl fmt::Display) -> Self {
        Self {
            text: format!("{name}: FAILS: {why}"),
            fails: true,
        }
    }

    pub(crate) fn off(name: &str, variable: &str) -> Self {
        Self::said(format!("{name}: off. Set {variable} to turn it on"))
    }
}
