//! Navigations inside the page: a router pushes a path, or the user goes back.
//!
//! A navigation caused by a click is a span in the trace of the click. One caused by the back button or
//! the address bar is a root. It is *in progress* until its first frame is painted, so that the data
//! the new page loads belong to it (see [`cause`](crate::cause)). The page load counts as the first
//! navigation.

use std::cell::RefCell;
use std::task::Waker;

use opentelemetry::Context;
use opentelemetry::trace::{TraceContextExt, TraceId};
#[cfg(feature = "navigation")]
pub(crate) use patch::install;

#[cfg(any(feature = "document-load", feature = "navigation"))]
use crate::action::request_frame;
#[cfg(any(feature = "document-load", feature = "navigation"))]
use crate::js;
use crate::pipeline;

/// The maximum number of navigations before one frame. Beyond it the earliest is dropped.
#[cfg(any(feature = "document-load", feature = "navigation"))]
const MAX_IN_PROGRESS: usize = 8;

thread_local! {
    /// The latest is last. The others were superseded before they were painted.
    static IN_PROGRESS: RefCell<Vec<Navigation>> = const { RefCell::new(Vec::new()) };
    static WAITING: RefCell<Vec<Waker>> = const { RefCell::new(Vec::new()) };
}

/// A navigation whose frame is not painted. Its context keeps the span open.
struct Navigation {
    context: Context,
    /// A page load keeps its name. Other navigations are named by their route.
    is_page_load: bool,
    path: String,
    has_template: bool,
}

/// Returns the latest navigation whose first frame is not painted yet.
pub(crate) fn in_progress() -> Option<Context> {
    let latest = |all: &mut Vec<Navigation>| Some(all.last()?.context.clone());
    with(latest).flatten()
}

/// Adds a navigation to those in progress, and schedules the end of its progress.
#[cfg(any(feature = "document-load", feature = "navigation"))]
pub(crate) fn begin(context: Context, is_page_load: bool) {
    let navigation = Navigation {
        context,
        is_page_load,
        path: location("pathname"),
        has_template: false,
    };
    let earliest = with(|navigations| {
        navigations.push(navigation);
        (navigations.len() > MAX_IN_PROGRESS).then(|| navigations.remove(0))
    });
    // Dropping a context may end a span, so it happens after the borrow.
    drop(earliest);
    request_frame();
}

/// Ends the progress of all navigations: their frame is painted.
pub(crate) fn end_in_progress() {
    let navigations = with(std::mem::take);
    drop(navigations);
    let waiting = WAITING.with(|cell| cell.take());
    waiting.into_iter().for_each(Waker::wake);
}

/// Whether a navigation of another trace is in progress. If so, wakes the waker after its first frame.
///
/// While a page is being rendered, its effects must not be mixed with those of another action.
pub(crate) fn other_in_progress(trace_id: TraceId, waker: &Waker) -> bool {
    let is_other =
        in_progress().is_some_and(|context| context.span().span_context().trace_id() != trace_id);
    if is_other {
        WAITING.with(|cell| cell.borrow_mut().push(waker.clone()));
    }
    is_other
}

fn with<R>(f: impl FnOnce(&mut Vec<Navigation>) -> R) -> Option<R> {
    IN_PROGRESS.with(|cell| Some(f(&mut *cell.try_borrow_mut().ok()?)))
}

/// Returns a property of `location`.
#[cfg(any(feature = "document-load", feature = "navigation"))]
fn location(part: &str) -> String {
    js::text(&js::global("location"), part).unwrap_or_default()
}

/// Names the navigation in progress by its route: the path with its variable parts replaced by
/// parameter names.
///
/// The span of the navigation gets the name `navigate {template}` and the attribute `url.template`.
/// Without a template all navigations are named `navigate`, and pages cannot be compared. The page
/// load keeps the name `documentLoad` and gets the attribute only.
///
/// Call it while the new page is rendered, with the path as the router declares it. A segment may
/// contain a parameter as `:id`, `{id}` or `*`. If a navigation is superseded by another before it is
/// painted, the template is assigned to the one whose path matches.
///
/// With Yew, use the hook `otel_web_yew::use_route_template`.
///
/// # Examples
///
/// ## A router
///
/// ```no_run
/// enum Route {
///     Home,
///     User { id: u32 },
/// }
///
/// fn render(route: &Route) {
///     otel_web::set_route_template(match route {
///         Route::Home => "/",
///         Route::User { .. } => "/users/{id}",
///     });
///     // Then render the page.
/// }
/// ```
pub fn set_route_template(template: &str) {
    with(|navigations| {
        // A page that was superseded before it was painted may set its template afterwards.
        let is_match = |navigation: &Navigation| {
            !navigation.has_template && matches_template(&navigation.path, template)
        };
        let matching = navigations.iter().position(is_match);
        let index = matching.unwrap_or(navigations.len().saturating_sub(1));
        if let Some(navigation) = navigations.get_mut(index) {
            navigation.set_template(template);
        }
    });
}

impl Navigation {
    /// Sets the attribute, and renames the span unless it is a page load.
    fn set_template(&mut self, template: &str) {
        self.has_template = true;
        pipeline::annotate(&self.context, "url.template", template);
        if !self.is_page_load {
            let name = ["navigate ", template].concat();
            pipeline::annotate(&self.context, "app.action.name", &*name);
            pipeline::edit(pipeline::key_of(&self.context), |span| {
                span.record.name = name.into();
            });
        }
    }
}

/// Whether a path matches a template. From `:`, `{` or `*` on, the rest of a segment is variable.
fn matches_template(path: &str, template: &str) -> bool {
    let mut segments = path.as_bytes().split(|byte| *byte == b'/');
    let mut parts = template.as_bytes().split(|byte| *byte == b'/');
    loop {
        match (parts.next(), segments.next()) {
            (Some(part), Some(segment)) if matches_segment(part, segment) => {}
            (None, None) => return true,
            _ => return false,
        }
    }
}

/// Compares the fixed part of one segment.
fn matches_segment(part: &[u8], segment: &[u8]) -> bool {
    let mut segment = segment.iter();
    for byte in part {
        if matches!(byte, b':' | b'{' | b'*') {
            return true;
        }
        if segment.next() != Some(byte) {
            return false;
        }
    }
    segment.next().is_none()
}

#[cfg(feature = "navigation")]
mod patch {
    use opentelemetry::Context;
    use wasm_bindgen::prelude::*;
    use web_sys::Window;

    use super::location;
    use crate::action::{ActionStart, event_time_ms};
    use crate::js::{get, global, set};
    use crate::listener::listen;
    use crate::{pipeline, platform};

    type HistoryMethod = dyn Fn(JsValue, JsValue, JsValue) -> Result<JsValue, JsValue>;

    /// Starts to record navigations. The methods of `history` fire no event, so this replaces them on
    /// the page's `history` object by wrappers.
    pub(crate) fn install(window: &Window) {
        wrap("pushState", "push");
        wrap("replaceState", "replace");
        listen(window, "popstate", |event| {
            let context = navigation("traverse", event_time_ms(event), &Context::new());
            pipeline::annotate(&context, "app.action.trigger", "popstate");
            super::begin(context, false);
        });
    }

    /// Replaces a method of `history` by one that calls it and compares the address before and after.
    fn wrap(method: &str, kind: &'static str) {
        let history = global("history");
        let Ok(original) = get(&history, method).dyn_into::<js_sys::Function>() else {
            return;
        };
        let this = history.clone();
        let wrapper = Closure::<HistoryMethod>::new(move |state, title, url| {
            let (start_ms, before) = (platform::monotonic_ms(), page());
            let result = original.call3(&this, &state, &title, &url)?;
            if page() != before {
                super::begin(navigation(kind, start_ms, &crate::current()), false);
            }
            Ok(result)
        });
        // If the browser rejects the assignment, its own method stays in place.
        set(&history, method, &wrapper.into_js_value());
    }

    fn navigation(kind: &str, start_ms: f64, parent: &Context) -> Context {
        let start = ActionStart {
            name: "navigate".into(),
            start_ms: Some(start_ms),
            is_named: true,
        };
        let context = start.start_in(parent);
        pipeline::annotate(&context, "browser.navigation.type", kind);
        pipeline::annotate(&context, "url.path", &*location("pathname"));
        context
    }

    /// Returns path and query. A change of the fragment alone is not a navigation.
    fn page() -> String {
        location("pathname") + &location("search")
    }
}

#[cfg(test)]
mod tests {
    use super::matches_template;

    #[test]
    fn path_matches_its_template() {
        assert!(matches_template("/", "/"));
        assert!(matches_template("/@bob/status/7", "/@:handle/status/{id}"));
        assert!(!matches_template("/@bob/status/7", "/@:handle"));
        assert!(!matches_template("/@bob", "/@:handle/status/{id}"));
        assert!(!matches_template("/users/7", "/@:handle/7"));
        assert!(!matches_template("/users", "/"));
    }
}
