//! A tab with an SDK's page, in which the SDK traces.

use std::time::Duration;

use anyhow::{Context as _, Result};
use bench_runner::page::Page;
use serde_json::json;

use super::case::Exit;

/// The page's bundle offers the SDK; the application starts it.
const START: &str = r#"
new Promise((offered) => {
  const look = () => (globalThis.sdk ? offered(globalThis.sdk) : setTimeout(look, 5));
  look();
}).then((sdk) => sdk.init({ endpoint: ENDPOINT }))
"#;

#[derive(Debug)]
pub(crate) struct Tab {
    pub(crate) page: Page,
    /// Where a person goes that leaves the page.
    pub(crate) elsewhere: String,
}

impl Tab {
    /// Goes to `url` and starts its SDK.
    pub(crate) async fn start(&self, url: &str, endpoint: &str) -> Result<()> {
        self.page.goto(url).await?;
        let start = START.replace("ENDPOINT", &json!(endpoint).to_string());
        let started = self.page.evaluate(&start).await;
        started
            .with_context(|| format!("{url} does not start"))
            .map(drop)
    }

    /// One trace; how many spans have ended.
    pub(crate) async fn spans(&self, count: u32) -> Result<usize> {
        self.count(&work(count)).await
    }

    /// What `work` says has ended.
    pub(crate) async fn count(&self, work: &str) -> Result<usize> {
        Ok(self.page.number(work).await? as usize)
    }

    /// Does `work`, and the page is gone before anything else can run.
    pub(crate) async fn work_and_exit(self, work: &str, exit: Exit) -> Result<usize> {
        match exit {
            Exit::Leave => {
                let gone = self.page.next("Page.loadEventFired");
                let leave = format!("location.href = {}", json!(self.elsewhere));
                let ended = self.count(&in_one_go(work, &leave)).await?;
                gone.await.context("the page is not left")?;
                Ok(ended)
            }
            Exit::Close => {
                let ended = self.count(work).await?;
                self.page.close().await?;
                Ok(ended)
            }
        }
    }

    /// The renderer's process ends in the moment `work` is done.
    pub(crate) async fn work_and_crash(&self, work: &str) -> Result<usize> {
        let ended = self.count(work).await?;
        let crashed = self.page.next("Inspector.targetCrashed");
        self.page.crash()?;
        crashed.await.context("the tab does not crash")?;
        Ok(ended)
    }

    /// Cuts the tab off from the network, or connects it again.
    pub(crate) async fn set_offline(&self, offline: bool) -> Result<()> {
        self.page.call("Network.enable", json!({})).await?;
        let conditions = json!({
            "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1
        });
        self.page
            .call("Network.emulateNetworkConditions", conditions)
            .await
            .map(drop)
    }

    /// Lets time pass in the tab, its clocks and timers alike, as fast as it has work to do.
    pub(crate) async fn pass(&self, time: Duration) -> Result<()> {
        let over = self.page.next("Emulation.virtualTimeBudgetExpired");
        let how = json!({ "policy": "advance", "budget": time.as_millis() });
        self.page
            .call("Emulation.setVirtualTimePolicy", how)
            .await?;
        over.await.map(drop)
    }
}

/// So many spans, the root among them, which ends last.
pub(crate) fn work(count: u32) -> String {
    format!("sdk.spans('m.root', {})", count - 1)
}

fn in_one_go(work: &str, then: &str) -> String {
    format!("(() => {{ const ended = {work}; {then}; return ended; }})()")
}
