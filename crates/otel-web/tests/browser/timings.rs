//! Network timings of requests and of the page's files.

use std::cell::RefCell;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;

use js_sys::{Array, Object, Reflect};
use opentelemetry_proto::tonic::trace::v1::Span;
use otel_web::action;
use otel_web::fetch::Request;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support;
use crate::support::{install, named, number, report_entries, text, trace_of};

#[wasm_bindgen_test]
async fn request_has_network_timings() {
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
async fn requests_to_one_url_have_timings_each() {
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
async fn page_load_has_milestones_and_files() {
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
async fn restored_page_is_a_load_with_a_link_to_the_server() {
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
    back.call0(&JsValue::NULL).unwrap();
    let is_linked = |span: &Span| {
        let mut links = span.links.iter();
        links.any(|link| link.trace_id.starts_with(&[0x0a, 0xf7]))
    };
    // Other tests restore the page, too, without a server's span.
    let is_restored = |span: &Span| {
        let kind = text(span, "browser.navigation_timing.type");
        kind.as_deref() == Some("back_forward_cache") && is_linked(span)
    };
    let load = || support::spans().into_iter().find(is_restored);
    support::until(|| load().is_some(), "the load of a restored page").await;
    // The server rendered the page for an earlier load, so it is linked and not the parent.
    assert!(load().unwrap().parent_span_id.is_empty());
}

const FETCH_START: &str = "browser.resource_timing.fetch_start_offset";
const RESPONSE_END: &str = "browser.resource_timing.response_end_offset";

fn now_ms() -> f64 {
    web_sys::window().unwrap().performance().unwrap().now()
}

/// Returns the duration of a span in milliseconds.
fn duration_ms(span: &Span) -> f64 {
    (span.end_time_unix_nano - span.start_time_unix_nano) as f64 / 1e6
}

/// Keeps the main thread busy.
fn block_for(ms: f64) {
    let until_ms = now_ms() + ms;
    while now_ms() < until_ms {}
}

#[wasm_bindgen_test]
async fn response_end_excludes_the_time_after_it() {
    install();
    action("busy page").start().run(async {
        let request = Request::get("/run.js?real&busy");
        let (response, ()) = futures_join(request.send(), async { block_for(400.0) }).await;
        response.unwrap().text().await.unwrap();
    });
    let trace = trace_of("busy page").await;
    let request = named(&trace, "GET");
    let (start, end) = (number(request, FETCH_START), number(request, RESPONSE_END));
    let (start, end) = (start.unwrap(), end.unwrap());
    assert!((0.0..50.0).contains(&start), "{start}");
    assert!(
        end > start && end < 300.0,
        "{end} of {}",
        duration_ms(request)
    );
    assert!(duration_ms(request) >= 400.0);
}

/// Awaits both futures, and polls the first one first.
async fn futures_join<A, B>(a: impl Future<Output = A>, b: impl Future<Output = B>) -> (A, B) {
    let (mut a, mut b) = (Box::pin(a), Box::pin(b));
    let (mut of_a, mut of_b) = (None, None);
    std::future::poll_fn(|cx| {
        if of_a.is_none()
            && let std::task::Poll::Ready(value) = a.as_mut().poll(cx)
        {
            of_a = Some(value);
        }
        if of_b.is_none()
            && let std::task::Poll::Ready(value) = b.as_mut().poll(cx)
        {
            of_b = Some(value);
        }
        match (of_a.is_some(), of_b.is_some()) {
            (true, true) => std::task::Poll::Ready(()),
            _ => std::task::Poll::Pending,
        }
    })
    .await;
    (of_a.unwrap(), of_b.unwrap())
}

/// Creates the performance entry of a request that starts at `start` and takes `length` milliseconds.
fn entry(url: &str, start: f64, length: f64, more: &[(&str, JsValue)]) -> JsValue {
    let entry = Object::new();
    let origin = web_sys::window().unwrap().location().origin().unwrap();
    let set = |key: &str, value: &JsValue| Reflect::set(&entry, &key.into(), value).unwrap();
    set("entryType", &"resource".into());
    set("initiatorType", &"fetch".into());
    set("name", &[&origin, url].concat().into());
    let times = [
        ("startTime", start),
        ("fetchStart", start),
        ("requestStart", start + 1.0),
        ("responseStart", start + length - 1.0),
        ("responseEnd", start + length),
        ("transferSize", 500.0),
    ];
    for (key, value) in times {
        set(key, &value.into());
    }
    for (key, value) in more {
        set(key, value);
    }
    entry.into()
}

/// Sends a request without waiting for its response.
async fn sent<F: Future>(request: F) -> Pin<Box<F>> {
    let mut request = Box::pin(request);
    poll_fn(|cx| {
        assert!(request.as_mut().poll(cx).is_pending());
        Poll::Ready(())
    })
    .await;
    request
}

#[wasm_bindgen_test]
async fn parallel_requests_to_one_url_get_their_own_timings() {
    install();
    const URL: &str = "/api/parallel?wait=60";
    action("parallel").start().run(async {
        let mut requests = Vec::new();
        for _ in 0..4 {
            requests.push(sent(Request::get(URL).send()).await);
        }
        for request in requests {
            request.await.unwrap();
        }
        let starts = support::request_times_of(URL);
        // The second is the slowest, and the entry of the last one arrives first.
        let lengths = [20.0, 58.0, 32.0, 44.0];
        let entries = Array::new();
        for number in [3, 0, 1, 2] {
            let entry = entry(URL, starts[number], lengths[number], &[]);
            entries.push(&entry);
        }
        // An earlier request to the same URL that was not traced.
        entries.push(&entry(URL, starts[0] - 40.0, 9.0, &[]));
        report_entries(&entries);
    });
    let trace = trace_of("parallel").await;
    let mut requests: Vec<_> = trace.iter().filter(|span| span.name == "GET").collect();
    requests.sort_by_key(|span| span.start_time_unix_nano);
    let took =
        |span: &&Span| number(span, RESPONSE_END).unwrap() - number(span, FETCH_START).unwrap();
    let took: Vec<_> = requests.iter().map(took).collect();
    for (took, expected) in took.iter().zip([20.0, 58.0, 32.0, 44.0]) {
        assert!((took - expected).abs() <= 0.25, "{took} for {expected}");
    }
}

/// Stops the monotonic clock, as coarse clocks do for a moment. False lets it continue.
fn stop_clock(is_stopped: bool) {
    let code = "const at = performance.now();
        if (isStopped) performance.now = () => at; else delete performance.now";
    let set = js_sys::Function::new_with_args("isStopped", code);
    set.call1(&JsValue::NULL, &is_stopped.into()).unwrap();
}

#[wasm_bindgen_test]
async fn requests_of_one_moment_get_their_own_timings() {
    install();
    const URL: &str = "/api/same-moment?held";
    const RESPONSE_ORDER: [usize; 3] = [1, 2, 0];
    let lengths = Rc::new(RefCell::new(Vec::new()));
    let measured = Rc::clone(&lengths);
    action("same moment").start().run(async move {
        let mut requests = Vec::new();
        stop_clock(true);
        for _ in RESPONSE_ORDER {
            requests.push(Some(sent(Request::get(URL).send()).await));
        }
        stop_clock(false);
        let start = support::request_times_of(URL)[0];
        let entries = Array::new();
        for index in RESPONSE_ORDER {
            // A busy machine delays the page and not the network: the response arrives before the page sees it.
            let length = now_ms() - start;
            support::release(URL, index);
            requests[index].take().unwrap().await.unwrap();
            entries.push(&entry(URL, start, length, &[]));
            measured.borrow_mut().push(length);
            // Responses that arrive at almost the same time are indistinguishable.
            block_for(20.0);
        }
        report_entries(&entries);
    });
    let trace = trace_of("same moment").await;
    let mut requests: Vec<_> = trace.iter().filter(|span| span.name == "GET").collect();
    requests.sort_by_key(|span| span.end_time_unix_nano);
    let took = requests
        .iter()
        .map(|span| number(span, RESPONSE_END).unwrap() - number(span, FETCH_START).unwrap());
    let lengths = lengths.borrow();
    assert_eq!(requests.len(), lengths.len());
    for (took, expected) in took.zip(lengths.iter()) {
        assert!((took - expected).abs() <= 0.25, "{took} for {expected}");
    }
}

#[wasm_bindgen_test]
async fn aborted_request_has_no_response_end() {
    install();
    const URL: &str = "/api/aborted-in-time?wait=100000";
    action("aborted early").start().run(async {
        let controller = web_sys::AbortController::new().unwrap();
        let request = Request::get(URL).abort_signal(Some(&controller.signal()));
        let (response, ()) = futures_join(request.send(), async { controller.abort() }).await;
        assert!(response.is_err());
        let start = support::request_times_of(URL)[0];
        let nothing = [("responseStart", 0.0.into()), ("requestStart", 0.0.into())];
        report_entries(&Array::of1(&entry(URL, start, 5.0, &nothing)));
    });
    let trace = trace_of("aborted early").await;
    let request = named(&trace, "GET");
    assert_eq!(
        text(request, "app.request.outcome").as_deref(),
        Some("aborted")
    );
    assert_eq!(number(request, RESPONSE_END), None);
}

#[wasm_bindgen_test]
async fn delivery_type_distinguishes_service_worker_cache_and_network() {
    install();
    // As Chromium measures: with a service worker, the request starts with the fetch.
    let of_worker = ("workerStart", JsValue::from_f64(1.0));
    let from_disk = ("transferSize", JsValue::from_f64(0.0));
    let body = ("decodedBodySize", JsValue::from_f64(180.0));
    for (name, fields, request_delay, expected) in [
        (
            "by worker",
            vec![of_worker.clone(), from_disk.clone(), body.clone()],
            0.0,
            Some("service-worker"),
        ),
        (
            "by worker without a body",
            vec![of_worker.clone(), from_disk.clone()],
            0.0,
            Some("service-worker"),
        ),
        (
            "by worker from the network",
            vec![of_worker.clone(), body.clone()],
            0.0,
            Some("service-worker"),
        ),
        (
            "by cache",
            vec![from_disk.clone(), body.clone()],
            1.0,
            Some("cache"),
        ),
        (
            "by cache past worker",
            vec![of_worker.clone(), from_disk, body.clone()],
            1.0,
            Some("cache"),
        ),
        ("by network past worker", vec![of_worker, body], 1.0, None),
    ] {
        let url = ["/api/delivered?", &name.replace(' ', "-")].concat();
        action(name).start().run(async move {
            Request::get(&url).send().await.unwrap();
            let start = support::request_times_of(&url)[0];
            let request = ("requestStart", JsValue::from_f64(start + request_delay));
            let fields = [&fields[..], &[request]].concat();
            report_entries(&Array::of1(&entry(&url, start, 5.0, &fields)));
        });
        let trace = trace_of(name).await;
        let delivery_type = text(
            named(&trace, "GET"),
            "browser.resource_timing.delivery_type",
        );
        assert_eq!(delivery_type.as_deref(), expected, "{name}");
    }
}

#[wasm_bindgen_test]
async fn url_with_a_fragment_has_timings() {
    install();
    const URL: &str = "/api/with-fragment";
    action("with fragment").start().run(async {
        let url = [URL, "#part"].concat();
        Request::get(&url).send().await.unwrap();
        let start = support::request_times_of(&url)[0];
        report_entries(&Array::of1(&entry(URL, start, 5.0, &[])));
    });
    let trace = trace_of("with fragment").await;
    assert!(number(named(&trace, "GET"), RESPONSE_END).is_some());
}

/// Sends a request, and waits until the browser has measured `count` requests to this URL.
async fn fetch_and_wait(url: &str, count: u32) {
    let response = Request::get(url).send().await.unwrap();
    response.text().await.unwrap();
    let window = web_sys::window().unwrap();
    let name = [&window.location().origin().unwrap(), url].concat();
    let performance = window.performance().unwrap();
    let measured = || performance.get_entries_by_name(&name).length() >= count;
    support::until(measured, "the browser's measurement").await;
}
