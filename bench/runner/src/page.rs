//! One tab: navigates, runs scripts, waits for events.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;
use tokio::time::timeout;

use crate::cdp::{Cdp, Event};

const EVENT_TIMEOUT: Duration = Duration::from_secs(90);

#[derive(Debug)]
pub struct Page {
    cdp: Arc<Cdp>,
    target: String,
    session: String,
}

impl Page {
    pub async fn open(cdp: Arc<Cdp>) -> Result<Self> {
        let made = cdp
            .call(None, "Target.createTarget", json!({ "url": "about:blank" }))
            .await?;
        let target = text(&made, "targetId")?;
        let how = json!({ "targetId": target, "flatten": true });
        let attached = cdp.call(None, "Target.attachToTarget", how).await?;
        let session = text(&attached, "sessionId")?;
        let page = Self {
            cdp,
            target,
            session,
        };
        page.call("Page.enable", json!({})).await?;
        Ok(page)
    }

    /// Sends a command of the DevTools protocol.
    pub async fn call(&self, method: &str, params: Value) -> Result<Value> {
        self.cdp.call(Some(&self.session), method, params).await
    }

    /// Navigates to `url` and waits for its `load` event.
    pub async fn goto(&self, url: &str) -> Result<()> {
        let loaded = self.next("Page.loadEventFired");
        let result = self.call("Page.navigate", json!({ "url": url })).await?;
        if let Some(reason) = result["errorText"].as_str() {
            bail!("{url} cannot be opened: {reason}");
        }
        loaded
            .await
            .with_context(|| format!("{url} does not load"))
            .map(drop)
    }

    /// Waits for the next event of this kind from this page. Events count from the call, not from the first poll.
    pub fn next(&self, method: &'static str) -> impl Future<Output = Result<Event>> {
        let mut events = self.cdp.events();
        let session = self.session.clone();
        let wait = async move {
            loop {
                match events.recv().await {
                    Ok(event) if event.is_from(&session) && event.method == method => {
                        return Ok(event);
                    }
                    Ok(_) | Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => bail!("the browser has ended"),
                }
            }
        };
        async move {
            timeout(EVENT_TIMEOUT, wait)
                .await
                .with_context(|| format!("no {method} within {EVENT_TIMEOUT:?}"))?
        }
    }

    /// Evaluates an expression. Waits for a promise.
    pub async fn evaluate(&self, expression: &str) -> Result<Value> {
        let how = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let mut result = self.call("Runtime.evaluate", how).await?;
        if let Some(thrown) = result.get("exceptionDetails") {
            let what = thrown["exception"]["description"].as_str();
            bail!("{expression}: {}", what.unwrap_or("it threw"));
        }
        Ok(result["result"]["value"].take())
    }

    /// Evaluates an expression to a number.
    pub async fn number(&self, expression: &str) -> Result<f64> {
        let value = self.evaluate(expression).await?;
        value
            .as_f64()
            .with_context(|| format!("{expression} is {value}, not a number"))
    }

    /// Runs `script` in each new document, before the page's own scripts.
    pub async fn run_first(&self, script: &str) -> Result<()> {
        let how = json!({ "source": script });
        let method = "Page.addScriptToEvaluateOnNewDocument";
        self.call(method, how).await.map(drop)
    }

    /// Closes the tab as a user does, with the events `beforeunload` and `pagehide`.
    pub async fn close(self) -> Result<()> {
        let how = json!({ "targetId": self.target });
        self.cdp
            .call(None, "Target.closeTarget", how)
            .await
            .map(drop)
    }

    /// Ends the tab's process at once, without any event.
    pub fn crash(&self) -> Result<()> {
        // The crashed page never responds.
        self.cdp
            .send(Some(&self.session), "Page.crash", json!({}))
            .map(drop)
    }
}

impl Event {
    fn is_from(&self, session: &str) -> bool {
        self.session.as_deref() == Some(session)
    }
}

fn text(value: &Value, key: &str) -> Result<String> {
    let text = value[key].as_str();
    text.map(str::to_owned)
        .with_context(|| format!("the browser's result has no {key}: {value}"))
}
