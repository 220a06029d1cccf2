//! A receiver inside of the page. It replaces the network, responds as the test has instructed it, and
//! decodes batches with the official decoder.

use std::cell::RefCell;

use gloo_timers::future::TimeoutFuture;
use js_sys::Promise;
use opentelemetry::trace::TraceContextExt;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::trace::v1::Span;
use otel_web::EndedRoot;
use prost::Message;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Event, HtmlElement, KeyboardEvent, KeyboardEventInit, Storage};

#[wasm_bindgen(module = "/tests/browser/support/network.js")]
extern "C" {
    fn listen();
    /// Sets the response to the next export request with a span of this name: HTTP status and `Retry-After`.
    #[wasm_bindgen(js_name = respondNext)]
    pub(crate) fn respond_next(span_name: &str, status: u16, retry_after: Option<String>);
    /// Accepts the next batch with a span of this name, but does not respond before the page is left.
    #[wasm_bindgen(js_name = cutOffNext)]
    pub(crate) fn cut_off_next(span_name: &str);
    #[wasm_bindgen(js_name = storedWith)]
    async fn stored_with(prefix: &str, text: &str) -> JsValue;
    /// Sets whether the page's own requests use up the browser's limit for keepalive requests.
    #[wasm_bindgen(js_name = exhaustKeepalive)]
    pub(crate) fn exhaust_keepalive(is_exhausted: bool);
    /// Redirects the next export request with a span of this name to a login page.
    #[wasm_bindgen(js_name = redirectNext)]
    pub(crate) fn redirect_next(span_name: &str);
    /// Responds to the next export request with a span of this name with 200 and a body that is not OTLP.
    #[wasm_bindgen(js_name = respondNextWithoutOtlp)]
    pub(crate) fn respond_next_without_otlp(span_name: &str, content_type: &str, body: &str);
    /// Returns the warnings on the console since the first call.
    pub(crate) fn warnings() -> Vec<String>;
    /// Accepts the next batch with a span of this name, but rejects this number of spans.
    #[wasm_bindgen(js_name = acceptNextPartially)]
    pub(crate) fn accept_next_partially(span_name: &str, rejected_spans: u8, error_message: &str);
    /// Returns the `Content-Encoding` of the last export request.
    #[wasm_bindgen(js_name = exportEncoding)]
    pub(crate) fn export_encoding() -> Option<String>;
    fn bodies() -> Vec<js_sys::Uint8Array>;
    /// Returns the number of export requests with `keepalive`.
    #[wasm_bindgen(js_name = keepaliveCount)]
    pub(crate) fn keepalive_count() -> u32;
    /// Returns when the requests to a URL were made, in order, on the monotonic clock.
    #[wasm_bindgen(js_name = requestTimesOf)]
    pub(crate) fn request_times_of(url: &str) -> Vec<f64>;
    /// Responds to the request to a URL with the parameter `held` that was made `index` requests after the first.
    pub(crate) fn release(url: &str, index: usize);
    /// Returns the number of accepted batches.
    #[wasm_bindgen(js_name = bodyCount)]
    pub(crate) fn body_count() -> u32;
    #[wasm_bindgen(js_name = truncateBodies)]
    pub(crate) fn truncate_bodies(count: u32);
    #[wasm_bindgen(js_name = hasArrived)]
    pub(crate) fn has_arrived(text: &str) -> bool;
    /// Shifts the wall clock against the monotonic clock, as sleep does. 0 undoes it.
    #[wasm_bindgen(js_name = shiftWallClock)]
    pub(crate) fn shift_wall_clock_ms(milliseconds: f64);
    /// Returns a header of the last request to a URL.
    #[wasm_bindgen(js_name = headerOf)]
    pub(crate) fn header_of(url: &str, name: &str) -> Option<String>;
}

#[wasm_bindgen(module = "/tests/browser/support/observer.js")]
extern "C" {
    #[wasm_bindgen(js_name = interceptObservers)]
    fn intercept_observers();
    /// Reports performance entries to the observers of the page.
    #[wasm_bindgen(js_name = reportEntries)]
    pub(crate) fn report_entries(entries: &JsValue);
    /// Resolves when the browser reports a long animation frame of at least this duration. Resolves at once if the browser
    /// does not support the entry type.
    #[wasm_bindgen(js_name = nextLongFrame)]
    pub(crate) fn next_long_frame(min_duration_ms: f64) -> Promise;
}

thread_local! {
    static ROOTS: RefCell<Vec<EndedRoot>> = const { RefCell::new(Vec::new()) };
}

/// Waits until the observer was told of a root with this name, and returns all observed spans of its trace.
pub(crate) async fn observed(name: &str) -> Vec<EndedRoot> {
    let all = || ROOTS.with_borrow(Vec::clone).into_iter();
    let named = || all().find(|root| root.name() == name);
    until(|| named().is_some(), &format!("an observed root {name}")).await;
    let trace_id = named().unwrap().span_context().trace_id();
    all()
        .filter(|root| root.span_context().trace_id() == trace_id)
        .collect()
}

/// Installs telemetry, once for all tests of this page.
pub(crate) fn install() {
    thread_local!(static DONE: std::cell::Cell<bool> = const { std::cell::Cell::new(false) });
    if !DONE.replace(true) {
        listen();
        intercept_observers();
        otel_web::Telemetry::builder("test")
            .endpoint("/otlp")
            .propagate_except(["/api/redirecting/*"])
            .on_root_end(|root| ROOTS.with_borrow_mut(|roots| roots.push(root.clone())))
            .install()
            .set_global();
    }
}

/// Adds an element to the page that calls `handle` when it is clicked.
pub(crate) fn clickable(html: &str, handle: impl FnMut(Event) + 'static) -> HtmlElement {
    let document = web_sys::window().unwrap().document().unwrap();
    let parent = document.create_element("div").unwrap();
    parent.set_inner_html(html);
    document.body().unwrap().append_child(&parent).unwrap();
    let element: HtmlElement = parent.first_element_child().unwrap().unchecked_into();
    let closure = Closure::<dyn FnMut(Event)>::new(handle);
    element
        .add_event_listener_with_callback("click", closure.as_ref().unchecked_ref())
        .unwrap();
    closure.forget();
    element
}

/// Creates the element `host` from HTML, runs the body of a JavaScript function with it, for instance to
/// attach a shadow tree, and returns the element that this returns. `handle` is called for clicks inside
/// `host`.
pub(crate) fn element_in(
    html: &str,
    body: &str,
    handle: impl FnMut(Event) + 'static,
) -> HtmlElement {
    let host = clickable(html, handle);
    let function = js_sys::Function::new_with_args("host", body);
    let found = function.call1(&JsValue::UNDEFINED, &host).unwrap();
    found.unchecked_into()
}

/// Presses a key on an element.
pub(crate) fn press(element: &HtmlElement, key: &str) {
    let init = KeyboardEventInit::new();
    init.set_key(key);
    init.set_bubbles(true);
    let event = KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init).unwrap();
    element.dispatch_event(&event).unwrap();
}

/// The prefix of the keys of batches that are not delivered yet.
pub(crate) const BATCH_PREFIX: &str = "otel.batch.";

pub(crate) fn storage() -> Storage {
    web_sys::window().unwrap().local_storage().unwrap().unwrap()
}

/// Returns the keys of `localStorage` with a prefix.
pub(crate) fn stored(prefix: &str) -> Vec<String> {
    let store = storage();
    let keys = (0..store.length().unwrap()).filter_map(|index| store.key(index).unwrap());
    keys.filter(|key| key.starts_with(prefix)).collect()
}

/// Waits for a stored batch that contains a span with this name, and returns its key.
pub(crate) async fn stored_batch_of(span_name: &str) -> String {
    for _ in 0..1_000 {
        let keys = stored_with(BATCH_PREFIX, span_name).await;
        if let Some(key) = js_sys::Array::from(&keys).get(0).as_string() {
            return key;
        }
        TimeoutFuture::new(10).await;
    }
    panic!("waited 10 s for a stored batch with {span_name}");
}

/// Dispatches an event on `window`.
pub(crate) fn dispatch(event: &str) {
    let event = Event::new(event).unwrap();
    web_sys::window().unwrap().dispatch_event(&event).unwrap();
}

/// Returns to a page that was left, as from the back/forward cache.
pub(crate) fn return_to_page() {
    let init = web_sys::PageTransitionEventInit::new();
    init.set_persisted(true);
    let event = web_sys::PageTransitionEvent::new_with_event_init_dict("pageshow", &init).unwrap();
    web_sys::window().unwrap().dispatch_event(&event).unwrap();
}

/// Returns the spans that the receiver has accepted so far.
pub(crate) fn spans() -> Vec<Span> {
    let decode =
        |body: js_sys::Uint8Array| ExportTraceServiceRequest::decode(&body.to_vec()[..]).unwrap();
    let requests = bodies().into_iter().map(decode);
    let resources = requests.flat_map(|request| request.resource_spans);
    let scopes = resources.flat_map(|resource| resource.scope_spans);
    scopes.flat_map(|scope| scope.spans).collect()
}

/// Waits until a span with this name has arrived, and returns its trace.
pub(crate) async fn trace_of(name: &str) -> Vec<Span> {
    let found = || spans().into_iter().find(|span| span.name == name);
    until(|| found().is_some(), &format!("a span named {name}")).await;
    let trace_id = found().unwrap().trace_id;
    spans()
        .into_iter()
        .filter(|span| span.trace_id == trace_id)
        .collect()
}

/// Waits until no action, navigation or page load is in progress, so that the next one is not blocked
/// by it, and spans of the test itself are not attributed to it.
pub(crate) async fn nothing_in_progress() {
    let is_idle = || !otel_web::cause().has_active_span();
    until(is_idle, "actions and navigations to end").await;
}

/// Lets other futures run, for a number of microtasks, within the current task of the event loop.
pub(crate) async fn microtasks(count: u32) {
    for _ in 0..count {
        JsFuture::from(Promise::resolve(&JsValue::NULL))
            .await
            .unwrap();
    }
}

/// Polls a condition every 10 ms. Panics after 10 s.
pub(crate) async fn until(condition: impl Fn() -> bool, what: &str) {
    for _ in 0..1_000 {
        if condition() {
            return;
        }
        TimeoutFuture::new(10).await;
    }
    let spans = spans();
    let latest = &spans[spans.len().saturating_sub(20)..];
    panic!(
        "waited 10 s for {what}; the latest spans: {:?}",
        names(latest)
    );
}

pub(crate) fn names(spans: &[Span]) -> Vec<&str> {
    spans.iter().map(|span| span.name.as_str()).collect()
}

pub(crate) fn named<'a>(spans: &'a [Span], name: &str) -> &'a Span {
    let found = spans.iter().find(|span| span.name == name);
    found.unwrap_or_else(|| panic!("no span {name} among {:?}", names(spans)))
}

pub(crate) fn text(span: &Span, key: &str) -> Option<String> {
    use opentelemetry_proto::tonic::common::v1::any_value::Value;
    let attribute = span
        .attributes
        .iter()
        .find(|attribute| attribute.key == key)?;
    match attribute.value.as_ref()?.value.as_ref()? {
        Value::StringValue(text) => Some(text.clone()),
        Value::IntValue(number) => Some(number.to_string()),
        other => Some(format!("{other:?}")),
    }
}

/// Returns the value of a number attribute.
pub(crate) fn number(span: &Span, key: &str) -> Option<f64> {
    use opentelemetry_proto::tonic::common::v1::any_value::Value;
    let is_it = |attribute: &&KeyValue| attribute.key == key;
    let attribute = span.attributes.iter().find(is_it)?;
    match attribute.value.as_ref()?.value.as_ref()? {
        Value::DoubleValue(number) => Some(*number),
        Value::IntValue(number) => Some(*number as f64),
        _ => None,
    }
}

/// Asserts that the spans have one root, and that the times of children are within those of their
/// parents.
pub(crate) fn assert_one_tree(spans: &[Span], root: &str) {
    let roots: Vec<_> = spans
        .iter()
        .filter(|span| span.parent_span_id.is_empty())
        .collect();
    assert_eq!(roots.len(), 1, "roots among {:?}", names(spans));
    assert_eq!(roots[0].name, root);
    for span in spans.iter().filter(|span| !span.parent_span_id.is_empty()) {
        let parent = spans
            .iter()
            .find(|other| other.span_id == span.parent_span_id);
        let parent = parent.unwrap_or_else(|| panic!("{} has no parent", span.name));
        let inside = span.start_time_unix_nano >= parent.start_time_unix_nano
            && span.end_time_unix_nano <= parent.end_time_unix_nano;
        assert!(inside, "{} exceeds its parent {}", span.name, parent.name);
    }
}
