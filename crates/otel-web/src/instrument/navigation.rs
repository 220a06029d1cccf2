//! Navigations inside the page: a router pushes a path, or the user goes back.
//!
//! A page is a path with its query, or a route in the fragment, such as `#/users/7`. Another fragment is a
//! place in the page, and no navigation.
//!
//! A navigation caused by a click is a span in the trace of the click. One caused by the back button or
//! the address bar is a root. It is *in progress* until its first frame is painted, so that the data
//! the new page loads belong to it (see [`cause`](crate::cause)). The page load counts as the first
//! navigation.

use std::cell::Cell;

use opentelemetry::Context;
use opentelemetry::trace::TraceContextExt;
use wasm_bindgen::prelude::*;
use web_sys::{Event, Window};

use crate::action::action_start::ActionStart;
use crate::browser::js::{self, get, global, set, text};
use crate::browser::listener::listen;
use crate::browser::page::location;
use crate::browser::platform::{self, Timer};
use crate::causality::{context, navigations, paint};
use crate::core::otlp::attributes;
use crate::core::route::fragment_route;
use crate::core::slot::{self, Slot};
use crate::trace::dispatch;

/// How long the browser may take to go back. In milliseconds.
const TRAVERSAL_TIMEOUT_MS: f64 = 1_000.0;

thread_local! {
    /// The page as of the latest navigation.
    static PAGE: Cell<String> = const { Cell::new(String::new()) };
    /// A method of `history` runs, and its wrapper records the navigation.
    static IS_WRAPPED: Cell<bool> = const { Cell::new(false) };
    static TRAVERSAL: Slot<Traversal> = const { Slot::new(None) };
}

/// The action that called `history.back()`. The browser goes back in a later task.
struct Traversal {
    cause: Option<Context>,
    timeout: Timer,
}

/// Starts to record navigations. The methods of `history` are replaced on the page's `history` object by
/// wrappers, because the events of a navigation do not name its cause.
pub(crate) fn install(window: &Window) {
    PAGE.set(page());
    let traversal = Traversal {
        cause: None,
        timeout: Timer::new(|| drop(take_traversal())),
    };
    slot::put(&TRAVERSAL, Box::new(traversal));
    for (method, kind) in [
        ("pushState", "push"),
        ("replaceState", "replace"),
        ("back", "traverse"),
        ("forward", "traverse"),
        ("go", "traverse"),
    ] {
        wrap(&global("history"), method, kind);
    }
    let navigation = global("navigation");
    if navigation.is_object() {
        for method in ["back", "forward", "traverseTo"] {
            wrap(&navigation, method, "traverse");
        }
        listen(navigation.unchecked_ref(), "currententrychange", |event| {
            if let Some(kind) = text(event, "navigationType") {
                page_changed(event, &kind);
            }
        });
    } else {
        // Without the Navigation API, only the task tells a followed link from the back button.
        listen(window, "popstate", |event| {
            let is_traversal = with_traversal(|traversal| traversal.cause.clone()).is_some()
                || dispatch::of_latest_event().is_none();
            page_changed(event, if is_traversal { "traverse" } else { "push" });
        });
    }
}

/// Replaces a method of `history` or `navigation`.
fn wrap(object: &JsValue, method: &str, kind: &'static str) {
    let Ok(original) = get(object, method).dyn_into::<js_sys::Function>() else {
        return;
    };
    let this = object.clone();
    let wrapper = js::function3(move |state, title, url| {
        let call = || original.call3(&this, &state, &title, &url);
        if kind == "traverse" {
            set_traversal(context::current());
            call()
        } else {
            record_change(kind, call)
        }
    });
    // If the browser rejects the assignment, its own method stays in place.
    set(object, method, &wrapper);
}

/// Calls a method of `history`, and compares the address before and after.
fn record_change(
    kind: &str,
    call: impl FnOnce() -> Result<JsValue, JsValue>,
) -> Result<JsValue, JsValue> {
    let (start_ms, before, path) = (platform::monotonic_ms(), page(), location("pathname"));
    IS_WRAPPED.set(true);
    let result = call();
    IS_WRAPPED.set(false);
    let after = page();
    let cause = context::current();
    // A page that keeps its state in the query replaces the address at each movement.
    let is_state = kind == "replace"
        && !cause.has_active_span()
        && fragment_route(&location("hash")).is_none()
        && location("pathname") == path;
    if after != before && !is_state {
        begin(kind, start_ms, &cause);
    }
    PAGE.set(after);
    result
}

/// Records a navigation that no wrapper has recorded.
fn page_changed(event: &Event, kind: &str) {
    if IS_WRAPPED.get() {
        return;
    }
    let after = page();
    let has_changed = PAGE.replace(after.clone()) != after;
    let cause = if kind == "traverse" {
        take_traversal()
    } else {
        Some(context::current())
            .filter(TraceContextExt::has_active_span)
            .or_else(dispatch::of_latest_event)
    };
    if has_changed {
        begin(kind, dispatch::time_ms(event), &cause.unwrap_or_default());
    }
}

fn begin(kind: &str, start_ms: f64, cause: &Context) {
    let mut attributes = attributes::span_attributes();
    attributes.set("browser.navigation.type", kind);
    attributes.set("url.path", &*location("pathname"));
    if fragment_route(&location("hash")).is_some() {
        attributes.set("url.fragment", &*navigations::route_path());
    }
    if !cause.has_active_span() {
        let trigger = if kind == "traverse" {
            "popstate"
        } else {
            "code"
        };
        attributes.set("app.action.trigger", trigger);
    }
    let start = ActionStart {
        name: "navigate".into(),
        start_ms: Some(start_ms),
        is_named: true,
        attributes,
    };
    let context = start.start_in(cause);
    paint::begin_navigation(context, false);
}

/// Keeps the action open until the browser has gone back.
fn set_traversal(cause: Context) {
    let earlier = with_traversal(|traversal| {
        traversal.timeout.set(TRAVERSAL_TIMEOUT_MS);
        traversal.cause.replace(cause)
    });
    // Dropping a context may end a span, so it happens after the borrow.
    drop(earlier);
}

fn take_traversal() -> Option<Context> {
    with_traversal(|traversal| traversal.cause.take())
}

fn with_traversal(f: impl FnOnce(&mut Traversal) -> Option<Context>) -> Option<Context> {
    slot::with(&TRAVERSAL, f).flatten()
}

/// Returns path, query, and the route in the fragment.
fn page() -> String {
    let hash = location("hash");
    location("pathname") + &location("search") + fragment_route(&hash).unwrap_or_default()
}
