//! A tab with an SDK's page.

use std::time::Duration;

use anyhow::{Context as _, Result};
use bench_runner::page::Page;
use serde_json::json;

use super::case::Exit;

/// Waits for the page's bundle, which sets `globalThis.sdk`, and starts the SDK.
const START: &str = r#"
new Promise((offered) => {
  const look = () => (globalThis.sdk ? offered(globalThis.sdk) : setTimeout(look, 5));
  look();
}).then((sdk) => sdk.init({ endpoint: ENDPOINT }))
"#;

/// Loads the page's script from another URL, and starts its SDK as `globalThis.second_sdk`.
const START_SECOND: &str = r#"
(async () => {
  const first = globalThis.sdk;
  const script = new URL(document.querySelector("script[src]").src);
  await import(`/second${script.pathname}`);
  Object.assign(globalThis, { sdk: first, second_sdk: globalThis.sdk });
  if (first === second_sdk) throw new Error("the page has one bundle");
  await second_sdk.init({ endpoint: ENDPOINT });
})()
"#;

#[derive(Debug)]
pub(crate) struct Tab {
    pub(crate) page: Page,
    /// The page to which the user leaves.
    pub(crate) next_url: String,
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

    /// Starts the SDK of a second bundle, which is a copy of the first.
    pub(crate) async fn start_second(&self, endpoint: &str) -> Result<()> {
        let start = START_SECOND.replace("ENDPOINT", &json!(endpoint).to_string());
        let started = self.page.evaluate(&start).await;
        started
            .context("the second bundle does not start")
            .map(drop)
    }

    /// Makes a trace with `count` spans, and returns their number.
    pub(crate) async fn spans(&self, count: u32) -> Result<usize> {
        self.count(&work(count)).await
    }

    /// Evaluates `work`, which returns the number of ended spans.
    pub(crate) async fn count(&self, work: &str) -> Result<usize> {
        Ok(self.page.number(work).await? as usize)
    }

    /// Does `work` and leaves the page in the same task, before anything else can run.
    pub(crate) async fn work_and_exit(self, work: &str, exit: Exit) -> Result<usize> {
        match exit {
            Exit::Leave => {
                let loaded = self.page.next("Page.loadEventFired");
                let leave = format!("location.href = {}", json!(self.next_url));
                let ended = self.count(&in_one_task(work, &leave)).await?;
                loaded.await.context("the next page does not load")?;
                Ok(ended)
            }
            Exit::Close => {
                let ended = self.count(work).await?;
                self.page.close().await?;
                Ok(ended)
            }
        }
    }

    /// Does `work`, then kills the renderer's process.
    pub(crate) async fn work_and_crash(&self, work: &str) -> Result<usize> {
        let ended = self.count(work).await?;
        let crashed = self.page.next("Inspector.targetCrashed");
        self.page.crash()?;
        crashed.await.context("the tab does not crash")?;
        Ok(ended)
    }

    /// Disconnects the tab from the network, or connects it again.
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

    /// Advances the tab's clocks and timers by `time`.
    pub(crate) async fn pass(&self, time: Duration) -> Result<()> {
        let over = self.page.next("Emulation.virtualTimeBudgetExpired");
        let how = json!({ "policy": "advance", "budget": time.as_millis() });
        self.page
            .call("Emulation.setVirtualTimePolicy", how)
            .await?;
        over.await.map(drop)
    }
}

/// Returns a script that makes a trace with `count` spans, of which the root ends last.
pub(crate) fn work(count: u32) -> String {
    format!("sdk.spans('m.root', {})", count - 1)
}

fn in_one_task(work: &str, then: &str) -> String {
    format!("(() => {{ const ended = {work}; {then}; return ended; }})()")
}
