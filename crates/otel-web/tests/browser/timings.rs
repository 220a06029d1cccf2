//! How long requests took on the network, and the page's own files.

use opentelemetry_proto::tonic::trace::v1::Span;
use otel_web::action;
use otel_web::fetch::Request;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support;
use crate::support::{install, named, number, text, trace_of};

#[wasm_bindgen_test]
async fn a_request_tells_its_network_timings() {
    install();
    action("measured").start().run(async {
        fetch_and_wait("/run.js?real", 1).await;
    });
    let trace = trace_of("measured").await;
    let request = named(&trace, "GET");
    let waiting = number(request, "browser.resource_timing.waiting_duration").unwrap();
    let whole = request.end_time_unix_nano - request.start_time_unix_nano;
    assert!(
        waiting > 0.0 && waiting <= whole as f64 / 1e6 + 1.0,
        "{waiting} of {whole}"
    );
    assert!(number(request, "http.response.body.size").unwrap() > 100.0);
    let version = text(request, "network.protocol.version");
    assert_eq!(version.as_deref(), Some("1.1"));
}

#[wasm_bindgen_test]
async fn requests_to_one_url_are_told_apart() {
    install();
    for (name, wait) in [("slow twin", 60), ("fast twin", 0)] {
        action(name).start().run(async move {
            gloo_timers::future::TimeoutFuture::new(wait).await;
            fetch_and_wait("/run.js?real&twin", 2).await;
        });
    }
    for name in ["slow twin", "fast twin"] {
        let trace = trace_of(name).await;
        let size = number(named(&trace, "GET"), "http.response.body.size");
        assert!(size.is_some(), "{name}");
    }
}

#[wasm_bindgen_test]
async fn the_page_load_has_milestones_and_its_files() {
    install();
    let trace = trace_of("documentLoad").await;
    let root = named(&trace, "documentLoad");
    for milestone in ["dom_interactive", "dom_complete"] {
        let key = ["browser.navigation_timing.", milestone].concat();
        assert!(number(root, &key).unwrap() > 0.0, "{milestone}");
    }
    let kind = text(root, "browser.navigation_timing.type");
    assert_eq!(kind.as_deref(), Some("navigate"));
    let is_wasm = |span: &&Span| text(span, "url.full").is_some_and(|url| url.ends_with(".wasm"));
    let wasm = trace.iter().find(is_wasm).unwrap();
    assert_eq!(wasm.name, "resourceFetch");
    let times = |span: &Span| (span.start_time_unix_nano, span.end_time_unix_nano);
    let twins = trace
        .iter()
        .filter(|span| span.name == wasm.name && times(span) == times(wasm));
    assert_eq!(twins.count(), 1);
    let files = trace.iter().filter(|span| span.name == "resourceFetch");
    let count = number(root, "browser.resource_count").unwrap();
    assert_eq!(files.count(), count as usize);
}

#[wasm_bindgen_test]
async fn a_page_that_comes_back_is_a_load_of_its_own_with_a_link_to_the_server() {
    install();
    let back = js_sys::Function::new_no_args(
        "dispatchEvent(new Event('freeze'));
        const server = document.createElement('meta');
        server.name = 'traceparent';
        server.content = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03';
        document.head.append(server);
        dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
        server.remove()",
    );
    back.call0(&wasm_bindgen::JsValue::NULL).unwrap();
    let is_linked = |span: &Span| {
        let mut links = span.links.iter();
        links.any(|link| link.trace_id.starts_with(&[0x0a, 0xf7]))
    };
    // Other tests come back, too, to a page without that server.
    let is_back = |span: &Span| {
        let kind = text(span, "browser.navigation_timing.type");
        kind.as_deref() == Some("back_forward_cache") && is_linked(span)
    };
    let load = || support::spans().into_iter().find(is_back);
    support::until(|| load().is_some(), "the load of a page that came back").await;
    // The server made the page for an earlier load: it is linked, and not the cause.
    assert!(load().unwrap().parent_span_id.is_empty());
}

/// Until the browser has measured so many requests to this URL.
async fn fetch_and_wait(url: &str, count: u32) {
    let answer = Request::get(url).send().await.unwrap();
    answer.text().await.unwrap();
    let window = web_sys::window().unwrap();
    let name = [&window.location().origin().unwrap(), url].concat();
    let performance = window.performance().unwrap();
    let measured = || performance.get_entries_by_name(&name).length() >= count;
    support::until(measured, "the browser's measurement").await;
}
