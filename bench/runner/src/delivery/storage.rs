//! Pages whose storage is full or forbidden.

use anyhow::Result;

use super::case::{Endpoint, Exit, Store};
use super::scenario::Scenario;
use super::tab::work;

/// Behaves as a browser that blocks cookies and site data.
const FORBID: &str = r#"
for (const name of ["localStorage", "sessionStorage", "indexedDB", "caches"]) {
  Object.defineProperty(globalThis, name, {
    get() { throw new DOMException("Access is denied for this document.", "SecurityError"); },
  });
}
"#;

/// Behaves as a browser whose quota for the origin is used up.
const FILL: &str = r#"
const full = () => new DOMException("The quota has been exceeded.", "QuotaExceededError");
Storage.prototype.setItem = () => { throw full(); };
for (const method of ["add", "put"]) {
  IDBObjectStore.prototype[method] = () => { throw full(); };
}
"#;

pub(crate) async fn unusable(scenario: &Scenario<'_>, store: Store) -> Result<usize> {
    let tab = scenario.tab().await?;
    let script = match store {
        Store::Full => FILL,
        Store::Forbidden => FORBID,
    };
    tab.page.run_first(script).await?;
    scenario
        .start(&tab, &scenario.endpoint(Endpoint::SameOrigin))
        .await?;
    tab.work_and_exit(&work(400), Exit::Leave).await
}
