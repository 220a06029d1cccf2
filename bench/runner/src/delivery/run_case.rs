//! Runs a case: what happens to the page, then another visit.

use std::time::Duration;

use anyhow::Result;
use bench_runner::collector::PlannedResponse;

use super::case::{Case, Endpoint, Exit};
use super::outcome::Outcome;
use super::scenario::{Scenario, default_response};
use super::tab::work;
use super::{crash, gateway, outage, storage};

/// How long the upload takes: longer than leaving the page.
const UPLOAD_DURATION: Duration = Duration::from_secs(4);

/// Leaves 536 bytes of the 64 KiB that browsers allow for `keepalive` requests.
const START_UPLOAD: &str = r#"
fetch("/otlp/v1/upload", { method: "POST", keepalive: true, body: "x".repeat(65000) }).catch(() => {}), 0
"#;

pub(crate) async fn run(scenario: &Scenario<'_>, case: &Case) -> Result<Outcome> {
    let same = scenario.endpoint(Endpoint::SameOrigin);
    let ended = match *case {
        Case::Exit(exit, spans, endpoint) => return leave(scenario, exit, spans, endpoint).await,
        Case::BackForwardCache(endpoint) => {
            return leave(scenario, Exit::Leave, 400, endpoint).await;
        }
        Case::MidAction(exit) => {
            let tab = scenario.visit(&same).await?;
            tab.work_and_exit("sdk.open_root('m.open')", exit).await?
        }
        Case::KeepaliveUsedUp => keepalive_used_up(scenario, &same).await?,
        Case::AfterResponse => after_response(scenario, &same).await?,
        Case::Unavailable => outage::unavailable(scenario).await?,
        Case::Busy(form) => outage::busy(scenario, form).await?,
        Case::Replaced(impostor) => outage::replaced(scenario, impostor).await?,
        Case::Offline => outage::offline(scenario).await?,
        Case::Crashed(crash) => return crash::run(scenario, crash).await,
        Case::GatewayRestarted => return gateway::restarted(scenario).await,
        Case::TwoTabs => outage::two_tabs(scenario).await?,
        Case::TwoBundles => two_bundles(scenario, &same).await?,
        Case::Storage(store) => storage::unusable(scenario, store).await?,
    };
    scenario.outcome(ended, &same).await
}

async fn leave(
    scenario: &Scenario<'_>,
    exit: Exit,
    spans: u32,
    endpoint: Endpoint,
) -> Result<Outcome> {
    let endpoint = scenario.endpoint(endpoint);
    let tab = scenario.visit(&endpoint).await?;
    let ended = tab.work_and_exit(&work(spans), exit).await?;
    scenario.outcome(ended, &endpoint).await
}

/// The upload is in progress until the page is left.
async fn keepalive_used_up(scenario: &Scenario<'_>, endpoint: &str) -> Result<usize> {
    scenario.collector.respond_with(|request| {
        if request.path.ends_with("/upload") {
            PlannedResponse::ok().after(UPLOAD_DURATION)
        } else {
            default_response(request.method)
        }
    });
    let tab = scenario.visit(endpoint).await?;
    tab.count(START_UPLOAD).await?;
    tab.work_and_exit(&work(150), Exit::Leave).await
}

/// Both bundles end spans, one of them with a request, before the user leaves.
async fn two_bundles(scenario: &Scenario<'_>, endpoint: &str) -> Result<usize> {
    let tab = scenario.visit(endpoint).await?;
    tab.start_second(endpoint).await?;
    let requested = tab
        .count("sdk.request('m.request', '/otlp/v1/nothing')")
        .await?;
    let work = format!(
        "{} + {}",
        work(150),
        work(150).replace("sdk.", "second_sdk.")
    );
    Ok(requested + tab.work_and_exit(&work, Exit::Leave).await?)
}

async fn after_response(scenario: &Scenario<'_>, endpoint: &str) -> Result<usize> {
    let tab = scenario.visit(endpoint).await?;
    let ended = tab
        .count("sdk.request('m.request', '/otlp/v1/nothing')")
        .await?;
    // The delay is part of the case.
    tokio::time::sleep(Duration::from_millis(100)).await;
    tab.work_and_exit("0", Exit::Leave).await?;
    Ok(ended)
}
