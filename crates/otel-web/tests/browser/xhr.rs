//! Requests that JavaScript makes with `XMLHttpRequest` and `sendBeacon`.
//!
//! They go to the server of these tests, which responds to `/run.js` with 200, and to unknown paths with 404.

use js_sys::Function;
use opentelemetry_proto::tonic::trace::v1::Span;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{
    self, assert_one_tree, element_in, install, named, names, spans, text, trace_of, until,
};

/// Runs the body of an asynchronous JavaScript function. In it, `opened(url, …)` returns an
/// `XMLHttpRequest` for a `GET`, and `ended(request)` waits for its `loadend`.
async fn run(code: &str) -> Result<JsValue, JsValue> {
    let code = ["return (async () => {", HELPERS, code, "})()"].concat();
    let promise = Function::new_no_args(&code).call0(&JsValue::UNDEFINED);
    JsFuture::from(promise?.unchecked_into::<js_sys::Promise>()).await
}

const HELPERS: &str = "
    const opened = (url, ...more) => {
        const request = new XMLHttpRequest();
        request.open('GET', url, ...more);
        return request;
    };
    const ended = (request) => new Promise((resolve) => request.addEventListener('loadend', resolve, { once: true }));
    const get = (url) => {
        const request = opened(url);
        request.send();
        return ended(request).then(() => request);
    };
";

/// Returns the spans of requests whose URL ends with `url`.
fn spans_of(url: &str) -> Vec<Span> {
    let is_match = |full: String| full.ends_with(url);
    let mut spans = spans();
    spans.retain(|span| text(span, "url.full").is_some_and(is_match));
    spans
}

/// Waits for the spans of requests to a URL. Spans arrive in order, so further ones would have arrived
/// before that of a later request.
async fn all_spans_of(url: &str) -> Vec<Span> {
    let later = [
        "/run.js?after=",
        &js_sys::encode_uri_component(url).as_string().unwrap(),
    ]
    .concat();
    run(&["await get('", &later, "')"].concat()).await.unwrap();
    until(|| !spans_of(&later).is_empty(), "a later request").await;
    spans_of(url)
}

fn status(span: &Span) -> Option<String> {
    text(span, "http.response.status_code")
}

/// Clicks a button whose listener is the body of a JavaScript function, and returns the trace.
async fn click(name: &str, listener: &str) -> Vec<Span> {
    let html = ["<button>", name, "</button>"].concat();
    let code = [
        HELPERS,
        "host.addEventListener('click', async () => {",
        listener,
        "}); return host",
    ]
    .concat();
    element_in(&html, &code, |_| ()).click();
    trace_of(&["click ", name].concat()).await
}

#[wasm_bindgen_test]
async fn request_is_below_the_click_that_caused_it() {
    install();
    let trace = click(
        "Ask",
        "const request = opened('run.js?ask');
        request.setRequestHeader('accept', 'x/y');
        request.send()",
    )
    .await;
    assert_one_tree(&trace, "click Ask");
    let request = named(&trace, "GET");
    assert_eq!(status(request).as_deref(), Some("200"));
    let origin = web_sys::window().unwrap().location().origin().unwrap();
    assert_eq!(text(request, "url.full"), Some(origin + "/run.js?ask"));
    let header = |name| support::header_of("/run.js?ask", name);
    let parent = header("traceparent").unwrap();
    let span_id: String = request
        .span_id
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(parent.split('-').nth(2), Some(&*span_id));
    assert_eq!(header("accept").as_deref(), Some("x/y"));
    // Other instances of this crate do not trace it again.
    assert_eq!(header("was-marked").as_deref(), Some("true"));
    let left =
        run("const request = opened('/run.js'); request.send(); return request.otelWebUntraced");
    assert!(left.await.unwrap().is_undefined());
}

#[wasm_bindgen_test]
async fn request_of_a_listener_belongs_to_the_action_of_the_first_request() {
    install();
    for (name, listen) in [
        ("On load", "first.onload = next"),
        ("On load end", "first.onloadend = next"),
        (
            "On state",
            "first.onreadystatechange = () => first.readyState === 4 && next()",
        ),
        ("On event", "first.addEventListener('load', next)"),
    ] {
        let url = ["/run.js?", &name.replace(' ', "-")].concat();
        let code = [
            "const first = new XMLHttpRequest();
            const next = () => get('",
            &url,
            "');",
            listen,
            ";first.open('GET', '/run.js?first'); first.send()",
        ]
        .concat();
        let trace = click(name, &code).await;
        assert_one_tree(&trace, &["click ", name].concat());
        let is_second =
            |span: &&Span| text(span, "url.full").is_some_and(|full| full.ends_with(&url));
        assert!(
            trace.iter().any(|span| is_second(&span)),
            "{name}: {:?}",
            names(&trace)
        );
    }
}

#[wasm_bindgen_test]
async fn object_that_is_opened_again_cancels_its_request() {
    install();
    let code = "const request = opened('/run.js?canceled');
        request.send();
        request.open('GET', '/run.js?second');
        request.send();
        await ended(request);
        return request.responseURL";
    let url = run(code).await.unwrap().as_string().unwrap();
    assert!(url.ends_with("/run.js?second"), "{url}");
    let canceled = all_spans_of("/run.js?canceled").await;
    assert_eq!(canceled.len(), 1);
    assert_eq!(
        text(&canceled[0], "app.request.outcome").as_deref(),
        Some("aborted")
    );
    let second = all_spans_of("/run.js?second").await;
    assert_eq!(second.len(), 1);
    assert_eq!(status(&second[0]).as_deref(), Some("200"));
}

#[wasm_bindgen_test]
async fn object_that_is_used_again_has_a_span_for_each_request() {
    install();
    // Also in its own listeners, before the last event of the first request.
    let code = "const request = new XMLHttpRequest();
        for (const url of ['/run.js?reused-1', '/missing?reused-2']) {
            request.open('GET', url);
            request.send();
            await ended(request);
        }
        await new Promise((resolve) => {
            request.onload = () => {
                request.onload = resolve;
                request.open('GET', '/run.js?reused-4');
                request.send();
            };
            request.open('GET', '/run.js?reused-3');
            request.send();
        })";
    run(code).await.unwrap();
    for (url, expected) in [
        ("/run.js?reused-1", "200"),
        ("/missing?reused-2", "404"),
        ("/run.js?reused-3", "200"),
        ("/run.js?reused-4", "200"),
    ] {
        let spans = all_spans_of(url).await;
        assert_eq!(spans.len(), 1, "{url}");
        assert_eq!(status(&spans[0]).as_deref(), Some(expected), "{url}");
    }
}

#[wasm_bindgen_test]
async fn aborted_request_is_no_error_and_an_unsent_one_has_no_span() {
    install();
    let code = "const request = opened('/run.js?unsent');
        request.abort();
        const aborted = opened('/run.js?aborted');
        aborted.send();
        aborted.abort();
        const early = opened('/run.js?early');
        early.onloadstart = () => early.abort();
        early.send()";
    run(code).await.unwrap();
    for url in ["/run.js?aborted", "/run.js?early"] {
        let spans = all_spans_of(url).await;
        assert_eq!(spans.len(), 1, "{url}");
        assert_eq!(
            text(&spans[0], "app.request.outcome").as_deref(),
            Some("aborted"),
            "{url}"
        );
        assert_eq!(text(&spans[0], "error.type"), None);
    }
    assert_eq!(spans_of("/run.js?unsent").len(), 0);
}

#[wasm_bindgen_test]
async fn failed_and_late_requests_are_errors() {
    install();
    // Browsers refuse this port, and an upload of 64 MB takes longer than a millisecond.
    let code = "await get('http://127.0.0.1:9/failed');
        const late = new XMLHttpRequest();
        late.open('POST', '/late');
        late.timeout = 1;
        late.send(new Blob([new Uint8Array(64e6)]));
        await ended(late)";
    run(code).await.unwrap();
    for (url, expected) in [("/failed", "NetworkError"), ("/late", "TimeoutError")] {
        let spans = all_spans_of(url).await;
        assert_eq!(spans.len(), 1, "{url}");
        assert_eq!(text(&spans[0], "error.type").as_deref(), Some(expected));
        assert_eq!(status(&spans[0]), None);
    }
    assert_eq!(spans_of("/late")[0].name, "POST");
}

#[wasm_bindgen_test]
async fn synchronous_request_is_passed_through() {
    install();
    let code = "const request = opened('/run.js?synchronous', false);
        request.send();
        return request.status";
    assert_eq!(run(code).await.unwrap(), 200);
    assert_eq!(all_spans_of("/run.js?synchronous").await.len(), 0);
    assert_eq!(
        support::header_of("/run.js?synchronous", "traceparent"),
        None
    );
}

#[wasm_bindgen_test]
async fn response_types_and_credentials_are_unchanged() {
    install();
    let code = "const types = [];
        for (const type of ['', 'text', 'arraybuffer', 'blob', 'json', 'document']) {
            const request = opened('/run.js?type=' + type);
            request.responseType = type;
            request.withCredentials = true;
            request.send();
            await ended(request);
            types.push(request.responseType + Object.prototype.toString.call(request.response) + request.withCredentials);
        }
        return types.join()";
    let types = run(code).await.unwrap().as_string().unwrap();
    assert_eq!(
        types,
        "[object String]true,text[object String]true,arraybuffer[object ArrayBuffer]true,\
        blob[object Blob]true,json[object Null]true,document[object Null]true"
    );
}

#[wasm_bindgen_test]
async fn wrapped_methods_behave_like_those_of_the_browser() {
    install();
    let code = "const errors = [];
        const attempt = (call) => { try { call(); errors.push('none') } catch (error) { errors.push(error.name) } };
        const request = new XMLHttpRequest();
        attempt(() => request.send());
        attempt(() => request.open('GET', 'http://['));
        attempt(() => request.open('BAD METHOD', '/'));
        attempt(() => request.open());
        attempt(() => XMLHttpRequest.prototype.open.call({}, 'GET', '/'));
        request.open('get', { toString: () => '/run.js?twice' });
        request.send();
        attempt(() => request.send());
        await ended(request);
        class Own extends XMLHttpRequest {}
        const own = new Own();
        own.open('GET', '/run.js?own');
        own.send();
        await ended(own);
        const { open, send } = XMLHttpRequest.prototype;
        return [errors, open.name, open.length, send.length, own instanceof XMLHttpRequest, XMLHttpRequest.DONE].join()";
    let result = run(code).await.unwrap().as_string().unwrap();
    let errors = "InvalidStateError,SyntaxError,SyntaxError,TypeError,TypeError,InvalidStateError";
    assert!(result.starts_with(errors), "{result}");
    assert!(result.ends_with(",true,4"), "{result}");
    for url in ["/run.js?twice", "/run.js?own"] {
        let spans = all_spans_of(url).await;
        assert_eq!(spans.len(), 1, "{url}");
        assert_eq!(spans[0].name, "GET");
    }
}

#[wasm_bindgen_test]
async fn requests_that_are_traced_elsewhere_have_no_span() {
    install();
    let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let code = [
        "const other = opened('/run.js?traced');
        other.setRequestHeader('TraceParent', '",
        parent,
        "');
        other.send();
        await ended(other);
        await get('/other/v1/traces');
        const marked = opened('/run.js?marked');
        marked.otelWebUntraced = true;
        marked.send();
        await ended(marked);
        navigator.sendBeacon('/beacon/v1/traces', 'x')",
    ]
    .concat();
    run(&code).await.unwrap();
    assert_eq!(all_spans_of("/run.js?traced").await.len(), 0);
    for url in ["/v1/traces", "/run.js?marked"] {
        assert_eq!(spans_of(url).len(), 0, "{url}");
    }
    let sent = support::header_of("/run.js?traced", "traceparent");
    assert_eq!(sent.as_deref(), Some(parent));
}

#[wasm_bindgen_test]
async fn other_origins_get_no_headers() {
    install();
    run("await get('http://127.0.0.1:9/foreign')")
        .await
        .unwrap();
    assert_eq!(all_spans_of("/foreign").await.len(), 1);
    let sent = support::header_of("http://127.0.0.1:9/foreign", "traceparent");
    assert_eq!(sent, None);
}

#[wasm_bindgen_test]
async fn beacon_is_below_its_click() {
    install();
    let trace = click(
        "Leave a beacon",
        "if (!navigator.sendBeacon('/beacon', new Blob(['tea']))) throw new Error('rejected')",
    )
    .await;
    assert_one_tree(&trace, "click Leave a beacon");
    let beacon = named(&trace, "POST");
    assert!(text(beacon, "url.full").unwrap().ends_with("/beacon"));
    assert_eq!(text(beacon, "error.type"), None);
}

#[wasm_bindgen_test]
async fn rejected_beacon_is_an_error() {
    install();
    let code = "return navigator.sendBeacon('/large', new Blob([new Uint8Array(70_000)]))";
    assert_eq!(run(code).await.unwrap(), false);
    let spans = all_spans_of("/large").await;
    assert_eq!(
        text(&spans[0], "error.type").as_deref(),
        Some("QuotaExceededError")
    );
    let failure = run("return navigator.sendBeacon('http://[', '')")
        .await
        .unwrap_err();
    assert!(failure.is_instance_of::<js_sys::TypeError>());
}
