//! A collector inside the page: it stands where the network begins, answers like a server that a
//! test has instructed, and decodes what arrives with the official decoder.

use gloo_timers::future::TimeoutFuture;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use wasm_bindgen::prelude::*;
use web_sys::{Event, HtmlElement, Storage};

#[wasm_bindgen(module = "/tests/browser/support/network.js")]
extern "C" {
    fn listen();
    /// The next answers to export requests: HTTP status and `Retry-After`.
    #[wasm_bindgen(js_name = answerNext)]
    pub(crate) fn answer_next(status: u16, retry_after: Option<String>);
    /// The next batch arrives, and the page is left before it is answered.
    #[wasm_bindgen(js_name = cutOffNext)]
    pub(crate) fn cut_off_next();
    /// Whether the page's own requests leave no room for keepalive requests of others.
    #[wasm_bindgen(js_name = useUpKeepalive)]
    pub(crate) fn use_up_keepalive(yes: bool);
    /// The next export request is redirected to a login page.
    #[wasm_bindgen(js_name = redirectNext)]
    pub(crate) fn redirect_next();
    /// The next export request is answered with 200, by something that is not an OTLP receiver.
    #[wasm_bindgen(js_name = answerNextFromElsewhere)]
    pub(crate) fn answer_next_from_elsewhere(content_type: &str, body: &str);
    /// The warnings on the console since this was called first.
    pub(crate) fn warnings() -> Vec<String>;
    /// The next batch is taken but for so many spans.
    #[wasm_bindgen(js_name = acceptNextBut)]
    pub(crate) fn accept_next_but(rejected: u8, why: &str);
    /// `Content-Encoding` of the latest export.
    #[wasm_bindgen(js_name = exportEncoding)]
    pub(crate) fn export_encoding() -> Option<String>;
    fn bodies() -> Vec<js_sys::Uint8Array>;
    /// How many export requests asked to outlive the page.
    #[wasm_bindgen(js_name = keepaliveCount)]
    pub(crate) fn keepalive_count() -> u32;
    /// When the requests to a URL were made, in that order, on the monotonic clock.
    #[wasm_bindgen(js_name = startsOf)]
    pub(crate) fn starts_of(url: &str) -> Vec<f64>;
    #[wasm_bindgen(js_name = bodyCount)]
    pub(crate) fn body_count() -> u32;
    #[wasm_bindgen(js_name = forgetBodiesAfter)]
    pub(crate) fn forget_bodies_after(count: u32);
    #[wasm_bindgen(js_name = hasArrived)]
    pub(crate) fn has_arrived(text: &str) -> bool;
    /// Moves the date away from the monotonic clock, as sleep does; back with 0.
    #[wasm_bindgen(js_name = wakeAfter)]
    pub(crate) fn wake_after_ms(milliseconds: f64);
    /// A header of the latest request to a URL.
    #[wasm_bindgen(js_name = headerOf)]
    pub(crate) fn header_of(url: &str, name: &str) -> Option<String>;
}

#[wasm_bindgen(module = "/tests/browser/support/observer.js")]
extern "C" {
    #[wasm_bindgen(js_name = pretendToMeasure)]
    fn pretend_to_measure();
    /// Performance entries for the observers of the page.
    pub(crate) fn tell(entries: &JsValue);
}

/// Switches telemetry on, once for all tests of this page.
pub(crate) fn install() {
    thread_local!(static DONE: std::cell::Cell<bool> = const { std::cell::Cell::new(false) });
    if !DONE.replace(true) {
        listen();
        pretend_to_measure();
        otel_web::Telemetry::builder("test")
            .endpoint("/otlp")
            .propagate_except(["/api/redirecting/*"])
            .install();
    }
}

/// An element of the page that calls `handle` when it is clicked.
pub(crate) fn clickable(html: &str, handle: impl FnMut(Event) + 'static) -> HtmlElement {
    let document = web_sys::window().unwrap().document().unwrap();
    let holder = document.create_element("div").unwrap();
    holder.set_inner_html(html);
    document.body().unwrap().append_child(&holder).unwrap();
    let element: HtmlElement = holder.first_element_child().unwrap().unchecked_into();
    let closure = Closure::<dyn FnMut(Event)>::new(handle);
    element
        .add_event_listener_with_callback("click", closure.as_ref().unchecked_ref())
        .unwrap();
    closure.forget();
    element
}

/// How the keys of batches start that are not delivered yet.
pub(crate) const BATCH: &str = "otel.batch.";

pub(crate) fn storage() -> Storage {
    web_sys::window().unwrap().local_storage().unwrap().unwrap()
}

/// The keys of `localStorage` that start so.
pub(crate) fn stored(prefix: &str) -> Vec<String> {
    let store = storage();
    let keys = (0..store.length().unwrap()).filter_map(|index| store.key(index).unwrap());
    keys.filter(|key| key.starts_with(prefix)).collect()
}

/// As if the browser told the page.
pub(crate) fn dispatch(event: &str) {
    let event = Event::new(event).unwrap();
    web_sys::window().unwrap().dispatch_event(&event).unwrap();
}

/// As if a page that was left came back from the back/forward cache.
pub(crate) fn come_back() {
    let init = web_sys::PageTransitionEventInit::new();
    init.set_persisted(true);
    let event = web_sys::PageTransitionEvent::new_with_event_init_dict("pageshow", &init).unwrap();
    web_sys::window().unwrap().dispatch_event(&event).unwrap();
}

/// Every span the collector has accepted so far.
pub(crate) fn spans() -> Vec<Span> {
    let decode =
        |body: js_sys::Uint8Array| ExportTraceServiceRequest::decode(&body.to_vec()[..]).unwrap();
    let requests = bodies().into_iter().map(decode);
    let resources = requests.flat_map(|request| request.resource_spans);
    let scopes = resources.flat_map(|resource| resource.scope_spans);
    scopes.flat_map(|scope| scope.spans).collect()
}

/// Waits until a span of this name has arrived, and returns its whole trace.
pub(crate) async fn trace_of(name: &str) -> Vec<Span> {
    let found = || spans().into_iter().find(|span| span.name == name);
    until(|| found().is_some(), &format!("a span named {name}")).await;
    let trace_id = found().unwrap().trace_id;
    spans()
        .into_iter()
        .filter(|span| span.trace_id == trace_id)
        .collect()
}

pub(crate) async fn until(condition: impl Fn() -> bool, what: &str) {
    for _ in 0..1_000 {
        if condition() {
            return;
        }
        TimeoutFuture::new(10).await;
    }
    panic!("waited 10 s for {what}; there are: {:?}", names(&spans()));
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

/// The value of a number attribute.
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

/// Fails unless the spans are one trace with one root, children inside their parents.
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
        assert!(inside, "{} is not inside of {}", span.name, parent.name);
    }
}
