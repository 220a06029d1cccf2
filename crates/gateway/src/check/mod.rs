//! `otel-web-gateway check`: what is configured, and whether it would work.

mod address;
mod finding;
mod gateway;

use std::fmt;

use self::finding::Finding;
use crate::{config::Config, sinks};

/// The results of a check, one line each.
#[derive(Debug)]
pub struct Report {
    findings: Vec<Finding>,
}

impl Report {
    /// Returns whether the gateway would start, and all sinks that are on would accept spans.
    #[must_use]
    pub fn is_good(&self) -> bool {
        !self.findings.iter().any(|finding| finding.is_failure)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut findings = self.findings.iter();
        findings.try_for_each(|finding| writeln!(f, "{}", finding.text))
    }
}

/// Tests addresses, the store, and the key of each sink. Sends no span and does not change the store,
/// so a gateway may run at the same time.
pub async fn check(config: &Config) -> Report {
    let (mut findings, sinks) = tokio::join!(gateway::check(config), sinks::check(config));
    findings.extend(sinks.map(Finding::from));
    Report { findings }
}
