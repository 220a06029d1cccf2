//! Navigations in a browser without the Navigation API.

#![cfg(target_arch = "wasm32")]
#![expect(clippy::unwrap_used, reason = "a panic fails the test")]

mod arrivals;

use gloo_timers::future::TimeoutFuture;
use js_sys::Function;
use opentelemetry_proto::tonic::trace::v1::Span;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

use arrivals::{arrived, listen, spans, text, wait_for};

wasm_bindgen_test_configure!(run_in_browser);

const REMOVE_NAVIGATION_API: &str =
    "Object.defineProperty(globalThis, 'navigation', { value: undefined })";

fn run(code: &str) {
    Function::new_no_args(code)
        .call0(&JsValue::UNDEFINED)
        .unwrap();
}

/// Clicks an element whose listener is the body of a JavaScript function.
fn click(html: &str, listener: &str) {
    let code = [
        "const host = document.createElement('div'); host.innerHTML = \"",
        html,
        "\"; document.body.append(host); host.addEventListener('click', () => {",
        listener,
        "}); host.firstChild.click()",
    ]
    .concat();
    run(&code);
}

#[wasm_bindgen_test]
async fn navigations_belong_to_their_clicks_without_the_navigation_api() {
    run(REMOVE_NAVIGATION_API);
    listen();
    otel_web::Telemetry::builder("popstate")
        .endpoint("/otlp")
        .install();
    arrived("documentLoad").await;
    let start = web_sys::window().unwrap().location().pathname().unwrap();

    click(
        "<button>Push</button>",
        "history.pushState(null, '', '/further')",
    );
    assert_child("click Push", "push").await;
    click("<button>Back</button>", "history.back()");
    assert_child("click Back", "traverse").await;
    click("<a href='#/route'>Route</a>", "");
    assert_child("click Route", "push").await;
    click("<a href='#part'>Part</a>", "");
    let part = arrived("click Part").await;
    // From the route to a part of the page is a navigation. From one part to the next is not.
    assert_eq!(navigations_of(&part).len(), 1);
    click("<a href='#other'>Other</a>", "");
    let other = arrived("click Other").await;
    assert!(navigations_of(&other).is_empty());

    // The back button of the browser causes a trace of its own.
    run("history.pushState(null, '', '/by-code')");
    TimeoutFuture::new(100).await;
    run("setTimeout(() => History.prototype.back.call(history), 50)");
    let by_user = wait_for("a traversal by the user", || {
        let mut roots = spans()
            .into_iter()
            .filter(|span| span.parent_span_id.is_empty());
        roots.find(|span| text(span, "app.action.trigger").as_deref() == Some("popstate"))
    })
    .await;
    assert_eq!(
        text(&by_user, "browser.navigation.type").as_deref(),
        Some("traverse")
    );
    run(&["history.replaceState(null, '', '", &start, "')"].concat());
}

fn navigations_of(root: &Span) -> Vec<Span> {
    let mut all = spans();
    all.retain(|span| span.name == "navigate" && span.trace_id == root.trace_id);
    all
}

/// Asserts that a click has one navigation of this type below it.
async fn assert_child(click: &str, kind: &str) {
    let root = arrived(click).await;
    let navigations = navigations_of(&root);
    assert_eq!(navigations.len(), 1, "{click}");
    assert_eq!(navigations[0].parent_span_id, root.span_id);
    let found = text(&navigations[0], "browser.navigation.type");
    assert_eq!(found.as_deref(), Some(kind), "{click}");
}
