//! All sinks at once: an error in the page is the same trace at every vendor, and no key is anywhere else.

use crate::keys;
use crate::steps::{member_s_home, open_home, sign_in};
use crate::support::honeycomb::{Honeycomb, KEY};
use crate::support::stack::{Setup, Stack};
use crate::support::vendors::{Rollbar, TOKEN, XRay};
use crate::support::wait::until;

/// From a script of the page: of others the browser says "Script error." and no more.
const THROW: &str = "const script = document.createElement('script'); \
    script.textContent = `setTimeout(() => { throw new TypeError('provoked by a journey') })`; \
    document.head.append(script)";

#[tokio::test(flavor = "multi_thread")]
async fn an_error_is_one_trace_at_honeycomb_x_ray_and_rollbar_and_keys_stay_inside() {
    let (honeycomb, xray) = (Honeycomb::start().await, XRay::start().await);
    let rollbar = Rollbar::start().await;
    let gateway = vec![
        ("HONEYCOMB_API_KEY", KEY),
        ("HONEYCOMB_API_ENDPOINT", honeycomb.url()),
        ("AWS_XRAY_DAEMON_ADDRESS", &xray.address),
        ("ROLLBAR_ACCESS_TOKEN", TOKEN),
        ("ROLLBAR_API_ENDPOINT", &rollbar.url),
        keys::FEW_REQUESTS,
    ];
    let setup = Setup {
        gateway,
        ..Setup::default()
    };
    let stack = Stack::with(setup).await;
    let browser = stack.browser().await;
    sign_in(&stack, &browser, "worf").await;
    open_home(&browser).await;
    stack.stores(&[member_s_home()]).await;
    browser.script(THROW, &[]).await;

    let item = until("the error at Rollbar", async || {
        let items = rollbar.items();
        let provoked = |title: &str| title.contains("provoked by a journey");
        let found = items
            .iter()
            .find(|item| item["title"].as_str().is_some_and(provoked));
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
            names if names.is_empty() => Err("no document of it"),
            _ => Ok(()),
        }
    })
    .await;
    keys::are_nowhere(stack, &browser).await;
}
