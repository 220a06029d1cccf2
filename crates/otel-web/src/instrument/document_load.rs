//! The page load: root `documentLoad`, from the moment the user asked for the page until its first
//! content is there, with `documentFetch` and a `resourceFetch` for what was loaded on the way.
//!
//! Where the server says which trace its answer belongs to, the load is a part of that trace; where
//! the document came from a cache, it only links to it. A page that comes back from the
//! back/forward cache is a load of its own.

use std::cell::RefCell;

use js_sys::Array;
use opentelemetry::Context;
use opentelemetry::trace::{SpanKind, TraceContextExt};
use wasm_bindgen::JsValue;
use web_sys::{Event, Window};

use super::timing::{self, instant};
use super::{navigation, observer, origin, told};
use crate::action::{Opening, event_time_ms, open};
use crate::js::{call, float, get, global, is, text};
use crate::listener::listen;
use crate::otlp::Attributes;
use crate::pipeline::{self, EndTime, NewSpan};
use crate::platform::{self, Timer};
use crate::redact;

/// A page of more files than this shows the first ones, and says how many there are.
const MOST_RESOURCES: u32 = 64;

/// When things happened, counted from the start of the load.
const MILESTONES: [(&str, &str); 5] = [
    (
        "browser.navigation_timing.activation_start",
        "activationStart",
    ),
    (
        "browser.navigation_timing.dom_interactive",
        "domInteractive",
    ),
    (
        "browser.navigation_timing.dom_content_loaded_event_end",
        "domContentLoadedEventEnd",
    ),
    ("browser.navigation_timing.dom_complete", "domComplete"),
    ("browser.navigation_timing.load_event_end", "loadEventEnd"),
];

thread_local! {
    static LOADING: RefCell<Option<Loading>> = const { RefCell::new(None) };
}

/// The load that is under way.
struct Loading {
    context: Context,
    /// Requests that began before have no span of their own.
    installed_ms: f64,
    resources: u32,
    /// For after the `load` event, whose own end is one of the milestones.
    after_load: Timer,
}

/// Opens the span of the load this page is in. It ends when the `load` event is over, the first
/// frame is painted and the data the application asked for meanwhile are there.
pub(crate) fn install(window: &Window) {
    let entry = navigation_entry();
    let context = open_root(&entry, 0.0, text(&entry, "type"));
    #[cfg(feature = "web-vitals")]
    super::web_vitals::install(&context, &entry);
    fetched("documentFetch", &entry, &context);
    LOADING.set(Some(Loading {
        context: context.clone(),
        installed_ms: platform::monotonic_ms(),
        resources: 0,
        after_load: Timer::new(finish),
    }));
    // Who asks twice is told twice of what came before.
    #[cfg(not(feature = "resource-timing"))]
    observer::observe(&["resource"]);
    finish_after_load(window);
    listen(window, "pageshow", came_back);
    navigation::begin(context, true);
}

fn navigation_entry() -> JsValue {
    let entries = call(
        &global("performance"),
        "getEntriesByType",
        &"navigation".into(),
    );
    get(&entries, "0")
}

/// An answer made for this load is its cause; one that was kept was made for another, and linked.
fn open_root(entry: &JsValue, start_ms: f64, kind: Option<String>) -> Context {
    let opening = Opening {
        name: "documentLoad".into(),
        start_ms: Some(start_ms),
        is_named: true,
    };
    let server = origin::trace_of(entry);
    let is_answer = start_ms == 0.0 && !timing::is_from_cache(entry);
    let cause = server.clone().filter(|_| is_answer);
    let parent = cause.map_or_else(Context::new, |server| {
        Context::new().with_remote_span_context(server)
    });
    let context = open(opening, &parent);
    pipeline::edit(pipeline::key_of(&context), |span| {
        let attributes = &mut span.record.attributes;
        attributes.set("app.action.trigger", "load");
        told::set_text(
            attributes,
            "browser.navigation_timing.type",
            kind.as_deref(),
        );
        if let Some(server) = server.filter(|_| !is_answer) {
            span.record.add_link(&server, (&[], 0));
        }
    });
    context
}

fn finish_after_load(window: &Window) {
    let state = text(&global("document"), "readyState");
    let is_complete = state.as_deref() == Some("complete");
    if is_complete {
        set_finish();
    } else {
        listen(window, "load", |_| set_finish());
    }
}

fn set_finish() {
    LOADING.with(|cell| {
        if let Some(loading) = &mut *cell.borrow_mut() {
            loading.after_load.set(0.0);
        }
    });
}

fn finish() {
    observer::drain();
    let Some(loading) = LOADING.take() else {
        return;
    };
    let entry = navigation_entry();
    pipeline::edit(pipeline::key_of(&loading.context), |span| {
        let attributes = &mut span.record.attributes;
        for (key, milestone) in MILESTONES {
            told::set_ms(attributes, key, instant(&entry, milestone));
        }
        attributes.set("browser.resource_count", i64::from(loading.resources));
    });
}

/// Back from the back/forward cache: shown at once, nothing loaded.
fn came_back(event: &Event) {
    if is(event, "persisted") {
        let start_ms = event_time_ms(event);
        let kind = Some("back_forward_cache".to_owned());
        let context = open_root(&navigation_entry(), start_ms, kind);
        #[cfg(feature = "web-vitals")]
        super::web_vitals::begin(&context, start_ms);
        navigation::begin(context, true);
    }
}

/// Requests of the application have spans of their own, once telemetry is on.
pub(super) fn observed(entry: &JsValue) {
    let load = LOADING.with(|cell| {
        let mut loading = cell.try_borrow_mut().ok()?;
        let loading = loading.as_mut()?;
        let is_request = matches!(
            text(entry, "initiatorType").as_deref(),
            Some("fetch" | "xmlhttprequest" | "beacon")
        );
        let is_own = is_request && float(entry, "startTime") >= loading.installed_ms;
        if is_own {
            return None;
        }
        loading.resources += 1;
        (loading.resources <= MOST_RESOURCES).then(|| loading.context.clone())
    });
    if let Some(load) = load {
        fetched("resourceFetch", entry, &load);
    }
}

fn fetched(name: &'static str, entry: &JsValue, load: &Context) {
    // A load may begin to fetch at once, in a browser that counts whole milliseconds.
    let (start, end) = (float(entry, "fetchStart"), instant(entry, "responseEnd"));
    if end.is_nan() {
        return;
    }
    let started = pipeline::with(|pipeline| {
        let started = pipeline.start(NewSpan {
            name: name.into(),
            kind: SpanKind::Client,
            parent: load.span().span_context(),
            scope: pipeline::OWN_SCOPE,
            action: None,
        });
        if let Some(span) = pipeline.active_span(started.key) {
            span.record.start = span.anchor.unix_nanos(start);
            describe(entry, &mut span.record.attributes);
        }
        started
    });
    if let Some(started) = started {
        started.end(EndTime::Monotonic(end));
    }
}

/// Whether an element inside of a mask shows the file, such as a picture of the user. Entries do not say
/// which element they are of.
fn is_of_masked_element(url: &str) -> bool {
    let masked = "[data-otel-mask] [src],[data-otel-mask][src]";
    let elements = call(&global("document"), "querySelectorAll", &masked.into());
    let is_it = |element: JsValue| text(&element, "src").as_deref() == Some(url);
    Array::from(&elements).iter().any(is_it)
}

fn describe(entry: &JsValue, to: &mut Attributes) {
    if let Some(url) = text(entry, "name").filter(|url| !is_of_masked_element(url)) {
        to.set("url.full", &*redact::url(&url));
    }
    let kind = text(entry, "initiatorType");
    told::set_text(
        to,
        "browser.resource_timing.initiator_type",
        kind.as_deref(),
    );
    timing::describe(entry, to);
}
