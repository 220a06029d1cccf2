//! `otel-web-gateway check`: what is on, and whether it would work.

mod addresses;
mod gateway;
mod line;

use std::fmt;

pub(crate) use self::line::Line;
use crate::{config::Config, sinks};

/// What a check found, one line each.
#[derive(Debug)]
pub struct Report {
    lines: Vec<Line>,
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

/// Says what is on, and tests addresses, the store, and each sink's key. Sends no span and
/// leaves the store as it is; a gateway may run meanwhile.
pub async fn check(config: &Config) -> Report {
    let (mut lines, sinks) = tokio::join!(gateway::check(config), sinks::check(config));
    lines.extend(sinks);
    Report { lines }
}
