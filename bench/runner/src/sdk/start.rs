//! The cost of a page's start with an SDK, minus that of the same page without one.

use anyhow::{Context as _, Result};
use bench_runner::chromium::Chromium;
use bench_runner::page::Page;
use bench_runner::server::Server;

use super::clock;

/// Runs before the page's own scripts. Starts the SDK as soon as its bundle sets `globalThis.sdk`.
const STARTER: &str = r#"
let sdk;
globalThis.started = new Promise((resolve) => {
  const set = (offered) => {
    sdk = offered;
    resolve(Promise.resolve(offered.init({ endpoint: "/otlp" })).then(() => performance.now()));
  };
  Object.defineProperty(globalThis, "sdk", { configurable: true, get: () => sdk, set });
});
"#;

/// Evaluates to the time of the last byte of the code.
const CODE_LOADED: &str = r#"Math.max(...performance.getEntriesByType("resource")
  .filter(({ name }) => /\.(js|wasm)$/.test(name)).map(({ responseEnd }) => responseEnd))"#;

#[derive(Debug)]
pub(crate) struct Started {
    pub(crate) page: Page,
    pub(crate) init_ms: f64,
    pub(crate) ready_ms: f64,
}

pub(crate) async fn measure(browser: &Chromium, server: &Server, sdk: &str) -> Result<Started> {
    // The first page also includes work that the browser does only once.
    open(browser, server, "empty", "").await?.close().await?;
    let empty = open(browser, server, "empty", "").await?;
    let without = clock::main_thread_ms(&empty).await?;
    empty.close().await?;
    let page = open(browser, server, sdk, "").await?;
    Ok(Started {
        init_ms: clock::main_thread_ms(&page).await? - without,
        ready_ms: page.number("started").await? - page.number(CODE_LOADED).await?,
        page,
    })
}

/// Opens a tab with the SDK's page, and waits until the SDK is ready.
pub(crate) async fn open(
    browser: &Chromium,
    server: &Server,
    sdk: &str,
    query: &str,
) -> Result<Page> {
    let page = browser.page().await?;
    page.run_first(STARTER).await?;
    clock::enable(&page).await?;
    let origin = server.origin();
    page.goto(&format!("{origin}/{sdk}/{query}")).await?;
    page.number("started")
        .await
        .with_context(|| format!("{sdk} does not start"))?;
    Ok(page)
}
