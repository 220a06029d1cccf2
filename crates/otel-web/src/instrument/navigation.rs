//! Navigations inside the page: a router pushes a path, or the user goes back.
//!
//! A page is a path with its query, or a route in the fragment, such as `#/users/7`. Another fragment is a
//! place in the page, and no navigation.
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
#[cfg(any(feature = "document-load", feature = "navigation"))]
use crate::text;

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
        path: route_path(),
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
    #[cfg(feature = "web-vitals")]
    if navigations
        .iter()
        .flatten()
        .any(|navigation| navigation.is_page_load)
    {
        super::web_vitals::painted();
    }
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

/// Returns the path that a router compares with its routes.
#[cfg(any(feature = "document-load", feature = "navigation"))]
fn route_path() -> String {
    let hash = location("hash");
    match fragment_route(&hash) {
        Some(route) => text::next_part(&mut &*route, b'?').to_owned(),
        None => location("pathname"),
    }
}

/// Returns the route in a fragment: `/users/7` for `#/users/7` and `#!/users/7`.
#[cfg(any(feature = "document-load", feature = "navigation"))]
fn fragment_route(hash: &str) -> Option<&str> {
    let fragment = hash.strip_prefix('#')?;
    let route = fragment.strip_prefix('!').unwrap_or(fragment);
    route.starts_with('/').then_some(route)
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
    use std::cell::{Cell, RefCell};

    use opentelemetry::Context;
    use opentelemetry::trace::TraceContextExt;
    use wasm_bindgen::prelude::*;
    use web_sys::{Event, Window};

    use super::{fragment_route, location};
    use crate::action::{self, ActionStart, event_time_ms};
    use crate::js::{get, global, set, text};
    use crate::listener::listen;
    use crate::platform::Timer;
    use crate::{pipeline, platform};

    type HistoryMethod = dyn Fn(JsValue, JsValue, JsValue) -> Result<JsValue, JsValue>;

    /// How long the browser may take to go back. In milliseconds.
    const TRAVERSAL_TIMEOUT_MS: f64 = 1_000.0;

    thread_local! {
        /// The page as of the latest navigation.
        static PAGE: RefCell<String> = const { RefCell::new(String::new()) };
        /// A method of `history` runs, and its wrapper records the navigation.
        static IS_WRAPPED: Cell<bool> = const { Cell::new(false) };
        static TRAVERSAL: RefCell<Option<Traversal>> = const { RefCell::new(None) };
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
        TRAVERSAL.set(Some(Traversal {
            cause: None,
            timeout: Timer::new(|| drop(take_traversal())),
        }));
        for (method, kind) in [
            ("pushState", "push"),
            ("replaceState", "replace"),
            ("back", "traverse"),
            ("forward", "traverse"),
            ("go", "traverse"),
        ] {
            wrap(method, kind);
        }
        let navigation = global("navigation");
        if navigation.is_object() {
            listen(navigation.unchecked_ref(), "currententrychange", |event| {
                if let Some(kind) = text(event, "navigationType") {
                    page_changed(event, &kind);
                }
            });
        } else {
            // Without the Navigation API, only the task tells a followed link from the back button.
            listen(window, "popstate", |event| {
                let is_traversal = action::of_latest_event().is_none();
                page_changed(event, if is_traversal { "traverse" } else { "push" });
            });
        }
    }

    /// Replaces a method of `history`.
    fn wrap(method: &str, kind: &'static str) {
        let history = global("history");
        let Ok(original) = get(&history, method).dyn_into::<js_sys::Function>() else {
            return;
        };
        let this = history.clone();
        let wrapper = Closure::<HistoryMethod>::new(move |state, title, url| {
            let call = || original.call3(&this, &state, &title, &url);
            if kind == "traverse" {
                set_traversal(crate::current());
                call()
            } else {
                record_change(kind, call)
            }
        });
        // If the browser rejects the assignment, its own method stays in place.
        set(&history, method, &wrapper.into_js_value());
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
        let cause = crate::current();
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
        let has_changed = PAGE.with(|before| *before.borrow() != after);
        PAGE.set(after);
        let cause = if kind == "traverse" {
            take_traversal()
        } else {
            Some(crate::current())
                .filter(TraceContextExt::has_active_span)
                .or_else(action::of_latest_event)
        };
        if has_changed {
            begin(kind, event_time_ms(event), &cause.unwrap_or_default());
        }
    }

    fn begin(kind: &str, start_ms: f64, cause: &Context) {
        let start = ActionStart {
            name: "navigate".into(),
            start_ms: Some(start_ms),
            is_named: true,
        };
        let context = start.start_in(cause);
        pipeline::annotate(&context, "browser.navigation.type", kind);
        pipeline::annotate(&context, "url.path", &*location("pathname"));
        if fragment_route(&location("hash")).is_some() {
            pipeline::annotate(&context, "url.fragment", &*super::route_path());
        }
        if !cause.has_active_span() {
            let trigger = if kind == "traverse" {
                "popstate"
            } else {
                "code"
            };
            pipeline::annotate(&context, "app.action.trigger", trigger);
        }
        super::begin(context, false);
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
        TRAVERSAL.with(|cell| f(cell.try_borrow_mut().ok()?.as_mut()?))
    }

    /// Returns path, query, and the route in the fragment.
    fn page() -> String {
        let hash = location("hash");
        location("pathname") + &location("search") + fragment_route(&hash).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::{fragment_route, matches_template};

    #[test]
    fn fragment_with_a_path_is_a_route() {
        assert_eq!(fragment_route("#/users/7?q=1"), Some("/users/7?q=1"));
        assert_eq!(fragment_route("#!/"), Some("/"));
        assert_eq!(fragment_route("#part"), None);
        assert_eq!(fragment_route("#"), None);
        assert_eq!(fragment_route(""), None);
    }

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
