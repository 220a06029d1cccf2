//! The process of a tab is killed.

use std::sync::atomic::Ordering;

use anyhow::Result;

use super::case::{Crash, Endpoint};
use super::outage::{start_outage, wait_until_rejected};
use super::outcome::Outcome;
use super::scenario::Scenario;
use super::tab::work;

/// Sets the page's clock forward by four minutes.
const LATER: &str = "{ const now = Date.now; Date.now = () => now.call(Date) + 240_000; }";

pub(crate) async fn run(scenario: &Scenario<'_>, crash: Crash) -> Result<Outcome> {
    let endpoint = scenario.endpoint(Endpoint::SameOrigin);
    let tab = scenario.tab().await?;
    let ended = match crash {
        Crash::AtOnce => {
            scenario.start(&tab, &endpoint).await?;
            tab.work_and_crash(&work(150)).await?
        }
        Crash::InOutage | Crash::InOutageOtherTab => {
            let is_down = start_outage(scenario);
            scenario.start(&tab, &endpoint).await?;
            let ended = tab.spans(150).await?;
            wait_until_rejected(scenario, 1).await?;
            tab.work_and_crash("0").await?;
            is_down.store(false, Ordering::Relaxed);
            ended
        }
    };
    let next = match crash {
        Crash::AtOnce | Crash::InOutage => tab,
        Crash::InOutageOtherTab => {
            let other = scenario.tab().await?;
            other.page.run_first(LATER).await?;
            other
        }
    };
    scenario.start(&next, &endpoint).await?;
    scenario.outcome_at(ended, next).await
}
