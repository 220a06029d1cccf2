//! Pages whose storage cannot be used.

use anyhow::Result;

use super::case::{Endpoint, Exit, Store};
use super::scene::Scene;
use super::tab::work;

/// As a browser that is told to block cookies and site data.
const FORBID: &str = r#"
for (const name of ["localStorage", "sessionStorage", "indexedDB", "caches"]) {
  Object.defineProperty(globalThis, name, {
    get() { throw new DOMException("Access is denied for this document.", "SecurityError"); },
  });
}
"#;

/// As a page that has used up what its origin may hold.
const FILL: &str = r#"
const full = () => new DOMException("The quota has been exceeded.", "QuotaExceededError");
Storage.prototype.setItem = () => { throw full(); };
for (const method of ["add", "put"]) {
  IDBObjectStore.prototype[method] = () => { throw full(); };
}
"#;

pub(crate) async fn unusable(scene: &Scene<'_>, store: Store) -> Result<usize> {
    let tab = scene.tab().await?;
    let script = match store {
        Store::Full => FILL,
        Store::Forbidden => FORBID,
    };
    tab.page.run_first(script).await?;
    scene.start(&tab, &scene.endpoint(Endpoint::Same)).await?;
    tab.work_and_exit(&work(400), Exit::Leave).await
}
