//! `otel-web-gateway check`: what is on, and whether it would work.

mod addresses;
mod gateway;

use std::fmt;

use crate::{config::Config, sinks};

/// What a check found, one line each.
#[derive(Debug)]
pub struct Report {
    lines: Vec<Line>,
}

/// One thing that was looked at. Its text holds no key.
#[derive(Debug)]
pub(crate) struct Line {
    text: String,
    fails: bool,
}

impl Report {
    /// Whether the gateway would start and every sink that is on would take spans.
    #[must_use]
    pub fn is_good(&self) -> bool {
        !self.lines.iter().any(|line| line.fails)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = self.lines.iter();
        lines.try_for_each(|line| writeln!(f, "{}", line.text))
    }
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

/// Says what is on, and tests addresses, the store, and each sink's key. Sends no span and
/// leaves the store as it is; a gateway may run meanwhile.
pub async fn check(config: &Config) -> Report {
    let (mut lines, sinks) = tokio::join!(gateway::check(config), sinks::check(config));
    lines.extend(sinks);
    Report { lines }
}
