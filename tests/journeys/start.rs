//! The document before the app runs.

use crate::steps::open_home;
use crate::support::stack::Stack;

const FAILED: &str = "Cruddur did not start";

#[tokio::test(flavor = "multi_thread")]
async fn app_that_cannot_be_loaded_is_reported() {
    let stack = Stack::start().await;
    let browser = stack.browser().await;
    for part in ["*.wasm", "*.js"] {
        browser.block_urls(&[part]).await;
        browser.open("/").await;
        browser.expect_text(FAILED).await;
    }
    browser.block_urls(&[]).await;
    open_home(&browser).await;
    browser.expect_no_text(FAILED).await;
}
