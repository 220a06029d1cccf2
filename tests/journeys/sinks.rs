//! All sinks at once: every vendor receives the same trace of an error, and no key leaks.

use crate::keys;
use crate::steps::{open_home, sign_in, signed_in_home_load};
use crate::support::honeycomb::{Honeycomb, KEY};
use crate::support::stack::{Setup, Stack};
use crate::support::vendors::{Rollbar, TOKEN, XRay};
use crate::support::wait::until;

/// Throws from a script of the page: for other scripts, the browser reports only "Script error.".
const THROW: &str = "const script = document.createElement('script'); \
    script.textContent = `setTimeout(() => { throw new TypeError('thrown by a journey') })`; \
    document.head.append(script)";

#[tokio::test(flavor = "multi_thread")]
async fn error_is_the_same_trace_at_every_vendor_and_no_key_leaks() {
    let (honeycomb, xray) = (Honeycomb::start().await, XRay::start().await);
    let rollbar = Rollbar::start().await;
    let gateway = vec![
        ("HONEYCOMB_API_KEY", KEY),
        ("HONEYCOMB_API_ENDPOINT", honeycomb.url()),
        ("AWS_XRAY_DAEMON_ADDRESS", &xray.address),
        ("ROLLBAR_ACCESS_TOKEN", TOKEN),
        ("ROLLBAR_API_ENDPOINT", &rollbar.url),
        keys::LOW_RATE_LIMIT,
    ];
    let setup = Setup {
        gateway,
        ..Setup::default()
    };
    let stack = Stack::with(setup).await;
    let browser = stack.browser().await;
    sign_in(&stack, &browser, "worf").await;
    open_home(&browser).await;
    stack.expect_traces(&[signed_in_home_load()]).await;
    browser.script(THROW, &[]).await;

    let item = until("the error at Rollbar", async || {
        let items = rollbar.items();
        let is_thrown = |title: &str| title.contains("thrown by a journey");
        let found = items
            .iter()
            .find(|item| item["title"].as_str().is_some_and(is_thrown));
        found.cloned().ok_or(format!("{} items", items.len()))
    })
    .await;
    let id = item["custom"]["trace_id"]
        .as_str()
        .expect("a trace id")
        .to_owned();
    until("the same trace at Honeycomb", async || {
        let traces = honeycomb.traces();
        let found = traces
            .iter()
            .any(|trace| trace.roots().any(|span| span.trace_id == id));
        if found { Ok(()) } else { Err(traces.len()) }
    })
    .await;
    until("the same trace at X-Ray", async || {
        match xray.names_in(&id) {
            names if names.is_empty() => Err("no segment document"),
            _ => Ok(()),
        }
    })
    .await;
    keys::assert_no_key_leaked(stack, &browser).await;
}
