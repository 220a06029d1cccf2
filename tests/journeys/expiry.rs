//! Cruds disappear from an open page when they expire, and ages are updated.

use crate::steps::COMPOSER;
use crate::steps::{SUBNET, open_home, sign_in};
use crate::support::element::{button, crud, dialog, textbox};
use crate::support::stack::Stack;

/// A clock that the journey sets forward. Intervals of minutes are short, so that the page reads it.
const CLOCK: &str = "
    const { now } = Date;
    Date.now = () => now() + Number(document.documentElement?.dataset.testForward ?? 0);
    const repeat = window.setInterval;
    window.setInterval = (call, ms, ...rest) => repeat(call, ms === 60000 ? 50 : ms, ...rest);
";
const FORWARD: &str = "document.documentElement.dataset.testForward = arguments[0]";
const MINUTE_MS: u32 = 60_000;

#[tokio::test(flavor = "multi_thread")]
async fn crud_disappears_when_it_expires() {
    let stack = Stack::start().await;
    let browser = stack.browser().await;
    browser.run_first(CLOCK).await;
    sign_in(&stack, &browser, "worf").await;
    open_home(&browser).await;
    browser.click(&button("Crud")).await;
    browser.fill(&textbox(COMPOSER), "Seven days.").await;
    browser.click(&button("Crud").within(&dialog())).await;
    browser.find(&crud("Seven days.")).await;
    for (minutes, age) in [(5, "5m ago"), (6 * 24 * 60, "6d ago")] {
        browser
            .script(FORWARD, &[(minutes * MINUTE_MS).into()])
            .await;
        browser.expect_text(age).await;
        browser.expect_text("Seven days.").await;
    }
    browser
        .script(FORWARD, &[(8 * 24 * 60 * MINUTE_MS).into()])
        .await;
    browser.expect_no_text("Seven days.").await;
    browser.expect_no_text(SUBNET).await;
}
