//! The page load: the root `documentLoad`, from the start of the navigation until the first content
//! is painted, with the children `documentFetch` and one `resourceFetch` for each file loaded.
//!
//! If the server announces its span (see `server_trace`), the load becomes part of the server's trace.
//! If the document came from a cache, the load only links to it: that response was made for an earlier
//! load. A page restored from the back/forward cache is a `documentLoad` of its own.
//!
//! A page that the browser prerenders is loaded before the user wants it, or in vain. Its span lasts until
//! the page is shown. A page that is never shown is `abandoned`.
//!
//! The names of the spans are those of `@opentelemetry/instrumentation-document-load`.

use js_sys::Array;
use opentelemetry::Context;
use opentelemetry::trace::{SpanKind, TraceContextExt};
use wasm_bindgen::JsValue;
use web_sys::{Event, Window};

use crate::action::action_start::ActionStart;
use crate::action::timeout::ACTION_TIMEOUT_MS;
use crate::browser::js::{call, float, get, global, is, text};
use crate::browser::listener::listen;
use crate::browser::platform::{self, Timer};
use crate::causality::paint;
use crate::core::otlp::attributes::{self as otlp, Attributes};
use crate::core::redact;
use crate::core::slot::{self, Slot};
use crate::instrument::timing::{self, positive_or_nan};
#[cfg(feature = "web-vitals")]
use crate::instrument::web_vitals;
use crate::instrument::{attributes, observer, server_trace};
use crate::trace::dispatch::time_ms;
use crate::trace::pipeline::{self, EndTime, NewSpan};

/// The maximum number of `resourceFetch` spans. The root's `browser.resource_count` counts all files.
const MAX_RESOURCES: u32 = 64;

/// Attributes and properties of the navigation entry, in milliseconds since the start of the load.
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
    static LOADING: Slot<PageLoad> = const { Slot::new(None) };
}

/// A page load in progress.
struct PageLoad {
    context: Context,
    /// Requests that started before this time have no CLIENT span.
    installed_ms: f64,
    resources: u32,
    /// Fires after the `load` event, so that the end of that event is known.
    after_load: Timer,
}

/// Starts the span of the current page load. It ends when the `load` event is over, the first frame
/// is painted, and the requests that the application made meanwhile are done.
pub(crate) fn install(window: &Window) {
    let entry = navigation_entry();
    let context = start_root(&entry, 0.0, text(&entry, "type"));
    #[cfg(feature = "web-vitals")]
    web_vitals::install(&context, &entry);
    record_fetch("documentFetch", &entry, &context);
    let load = PageLoad {
        context: context.clone(),
        installed_ms: platform::monotonic_ms(),
        resources: 0,
        after_load: Timer::new(finish),
    };
    slot::put(&LOADING, Box::new(load));
    if is(&global("document"), "prerendering") {
        set_deadline(f64::INFINITY);
        listen(window, "prerenderingchange", |_| activate());
    } else {
        finish_after_load(window);
    }
    listen(window, "pageshow", handle_pageshow);
    paint::begin_navigation(context, true);
}

/// Continues the load of a prerendered page, which is shown now.
fn activate() {
    #[cfg(feature = "web-vitals")]
    web_vitals::activate(&navigation_entry());
    set_deadline(platform::monotonic_ms() + ACTION_TIMEOUT_MS);
    let load = slot::with(&LOADING, |load| load.context.clone());
    if let (Some(load), Some(window)) = (load, web_sys::window()) {
        paint::begin_navigation(load, true);
        finish_after_load(&window);
    }
}

/// Sets the time limit of the load, on the monotonic clock.
fn set_deadline(deadline_ms: f64) {
    let load = slot::with(&LOADING, |load| pipeline::key_of(&load.context)).flatten();
    pipeline::edit(load, |span| {
        if let Some(action) = &mut span.action {
            action.deadline_ms = deadline_ms;
        }
    });
}

/// Returns the `PerformanceNavigationTiming` of the page.
fn navigation_entry() -> JsValue {
    let entries = call(
        &global("performance"),
        "getEntriesByType",
        &"navigation".into(),
    );
    get(&entries, "0")
}

/// Starts the root. A response made for this load is its parent; a cached one is linked.
fn start_root(entry: &JsValue, start_ms: f64, kind: Option<String>) -> Context {
    let mut attributes = otlp::span_attributes();
    attributes.set("app.action.trigger", "load");
    attributes::set_text(
        &mut attributes,
        "browser.navigation_timing.type",
        kind.as_deref(),
    );
    let start = ActionStart {
        name: "documentLoad".into(),
        start_ms: Some(start_ms),
        is_named: true,
        attributes,
    };
    let server = server_trace::server_span_context(entry);
    let is_fresh = start_ms == 0.0 && !timing::is_from_cache(entry);
    let parent = server.clone().filter(|_| is_fresh);
    let parent = parent.map_or_else(Context::new, |server| {
        Context::new().with_remote_span_context(server)
    });
    let context = start.start_in(&parent);
    if let Some(server) = server.filter(|_| !is_fresh) {
        pipeline::edit(pipeline::key_of(&context), |span| {
            span.record.add_link(&server, (&[], 0));
        });
    }
    context
}

/// Ends the load after the `load` event, which may have fired already.
fn finish_after_load(window: &Window) {
    let state = text(&global("document"), "readyState");
    let is_complete = state.as_deref() == Some("complete");
    if is_complete {
        schedule_finish();
    } else {
        listen(window, "load", |_| schedule_finish());
    }
}

/// Finishes in a task of its own, so that `loadEventEnd` is set.
fn schedule_finish() {
    slot::with(&LOADING, |loading| loading.after_load.set(0.0));
}

/// Adds the milestones, and drops the context of the load, which ends its span.
fn finish() {
    observer::flush();
    let Some(loading) = LOADING.take() else {
        return;
    };
    let entry = navigation_entry();
    pipeline::edit(pipeline::key_of(&loading.context), |span| {
        let attributes = &mut span.record.attributes;
        for (key, milestone) in MILESTONES {
            attributes::set_ms(attributes, key, positive_or_nan(&entry, milestone));
        }
        attributes.set("browser.resource_count", i64::from(loading.resources));
    });
}

/// Starts a root for a page restored from the back/forward cache, which loads nothing.
fn handle_pageshow(event: &Event) {
    if is(event, "persisted") {
        let start_ms = time_ms(event);
        let kind = Some("back_forward_cache".to_owned());
        let context = start_root(&navigation_entry(), start_ms, kind);
        #[cfg(feature = "web-vitals")]
        web_vitals::restore(&context, start_ms);
        paint::begin_navigation(context, true);
    }
}

/// Records a file of the page. Requests that the application made after [`install`] have CLIENT spans
/// and are skipped.
pub(super) fn handle_entry(entry: &JsValue) {
    let load = slot::with(&LOADING, |loading| {
        let is_request = matches!(
            text(entry, "initiatorType").as_deref(),
            Some("fetch" | "xmlhttprequest" | "beacon")
        );
        let has_client_span = is_request && float(entry, "startTime") >= loading.installed_ms;
        if has_client_span {
            return None;
        }
        loading.resources += 1;
        (loading.resources <= MAX_RESOURCES).then(|| loading.context.clone())
    });
    if let Some(load) = load.flatten() {
        record_fetch("resourceFetch", entry, &load);
    }
}

/// Adds a span with the times of a resource entry. Skips entries without an end: the request failed.
fn record_fetch(name: &'static str, entry: &JsValue, load: &Context) {
    // The start may be 0: some browsers round to whole milliseconds.
    let (start, end) = (
        float(entry, "fetchStart"),
        positive_or_nan(entry, "responseEnd"),
    );
    if end.is_nan() {
        return;
    }
    let started = pipeline::with(|pipeline| {
        let started = pipeline.start(NewSpan::own(
            name,
            SpanKind::Client,
            load.span().span_context(),
        ));
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

/// Whether a masked element displays the file, such as a picture of the user. Entries do not refer to
/// their element, so this compares URLs.
fn is_of_masked_element(url: &str) -> bool {
    let masked = "[data-otel-mask] [src],[data-otel-mask][src]";
    let elements = call(&global("document"), "querySelectorAll", &masked.into());
    let is_same = |element: JsValue| text(&element, "src").as_deref() == Some(url);
    Array::from(&elements).iter().any(is_same)
}

fn describe(entry: &JsValue, to: &mut Attributes) {
    if let Some(url) = text(entry, "name").filter(|url| !is_of_masked_element(url)) {
        to.set("url.full", &*redact::url(&url));
    }
    let kind = text(entry, "initiatorType");
    attributes::set_text(
        to,
        "browser.resource_timing.initiator_type",
        kind.as_deref(),
    );
    timing::describe(entry, to);
}
