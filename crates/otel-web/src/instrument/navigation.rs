//! Navigations inside the page: a router pushes a path, or the user goes back.
//!
//! A navigation caused by a click is a span of the click's trace; one by the back button or the
//! address bar is a root. It stays *in progress* until its first frame is painted, so that the data
//! the new page loads belong to it (see [`cause`](crate::cause)). The page load itself is the first.

use std::cell::RefCell;
use std::task::Waker;

use opentelemetry::Context;
use opentelemetry::trace::{TraceContextExt, TraceId};
#[cfg(feature = "navigation")]
pub(crate) use patch::install;

#[cfg(any(feature = "document-load", feature = "navigation"))]
use crate::action::await_frame;
#[cfg(any(feature = "document-load", feature = "navigation"))]
use crate::js;
use crate::pipeline;

#[cfg(any(feature = "document-load", feature = "navigation"))]
/// More that overtake each other before a frame are not told apart.
const MOST: usize = 8;

thread_local! {
    /// The latest is last; those before it were overtaken.
    static IN_PROGRESS: RefCell<Vec<Navigation>> = const { RefCell::new(Vec::new()) };
    static WAITING: RefCell<Vec<Waker>> = const { RefCell::new(Vec::new()) };
}

struct Navigation {
    context: Context,
    /// The page load keeps its name; navigations are named by their route.
    is_page_load: bool,
    path: String,
    has_template: bool,
}

/// The navigation whose first frame is not painted yet.
pub(crate) fn in_progress() -> Option<Context> {
    let latest = |all: &mut Vec<Navigation>| Some(all.last()?.context.clone());
    with(latest).flatten()
}

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
        (navigations.len() > MOST).then(|| navigations.remove(0))
    });
    // Dropping a context may end a span: only after the borrow.
    drop(earliest);
    await_frame();
}

/// The frame is painted: what runs from now on is not the navigation's any more.
pub(crate) fn painted() {
    let shown = with(std::mem::take);
    drop(shown);
    let waiting = WAITING.with(|cell| cell.take());
    waiting.into_iter().for_each(Waker::wake);
}

/// Whether a navigation of another trace is in progress; if so, wakes the caller when it is over.
/// A page that is being shown must not take the effects of another action for its own.
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

/// A part of the page's address.
#[cfg(any(feature = "document-load", feature = "navigation"))]
fn location(part: &str) -> String {
    js::text(&js::global("location"), part).unwrap_or_default()
}

/// Names the navigation in progress by its route, e.g. `/users/{id}`: the path with variable parts
/// taken out, so that all visits of one page share a name.
pub fn set_route_template(template: &str) {
    with(|navigations| {
        // A page that was overtaken before it was painted may tell its template after that.
        let is_its = |navigation: &Navigation| {
            !navigation.has_template && leads_to(&navigation.path, template)
        };
        let overtaken = navigations.iter().position(is_its);
        let index = overtaken.unwrap_or(navigations.len().saturating_sub(1));
        if let Some(navigation) = navigations.get_mut(index) {
            navigation.name_by(template);
        }
    });
}

impl Navigation {
    fn name_by(&mut self, template: &str) {
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

/// Whether a path has the form of a template. What follows `:`, `{` or `*` in a segment is variable.
fn leads_to(path: &str, template: &str) -> bool {
    let mut segments = path.as_bytes().split(|byte| *byte == b'/');
    let mut parts = template.as_bytes().split(|byte| *byte == b'/');
    loop {
        match (parts.next(), segments.next()) {
            (Some(part), Some(segment)) if fits(part, segment) => {}
            (None, None) => return true,
            _ => return false,
        }
    }
}

fn fits(part: &[u8], segment: &[u8]) -> bool {
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
    use crate::action::{Opening, event_time_ms, open};
    use crate::js::{get, global, set};
    use crate::listener::listen;
    use crate::{pipeline, platform};

    type HistoryMethod = dyn Fn(JsValue, JsValue, JsValue) -> Result<JsValue, JsValue>;

    /// Notices navigations from now on. History methods tell nobody that they were called, so the
    /// page's `history` object gets its own, which call the browser's.
    pub(crate) fn install(window: &Window) {
        wrap("pushState", "push");
        wrap("replaceState", "replace");
        listen(window, "popstate", |event| {
            let context = navigation("traverse", event_time_ms(event), &Context::new());
            pipeline::annotate(&context, "app.action.trigger", "popstate");
            super::begin(context, false);
        });
    }

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
        // A browser that refuses leaves its own method in place.
        set(&history, method, &wrapper.into_js_value());
    }

    fn navigation(kind: &str, start_ms: f64, parent: &Context) -> Context {
        let opening = Opening {
            name: "navigate".into(),
            start_ms: Some(start_ms),
            is_named: true,
        };
        let context = open(opening, parent);
        pipeline::annotate(&context, "browser.navigation.type", kind);
        pipeline::annotate(&context, "url.path", &*location("pathname"));
        context
    }

    /// Path and query; a change of the fragment alone shows the same page.
    fn page() -> String {
        location("pathname") + &location("search")
    }
}

#[cfg(test)]
mod tests {
    use super::leads_to;

    #[test]
    fn a_path_is_known_by_its_template() {
        assert!(leads_to("/", "/"));
        assert!(leads_to("/@bob/status/7", "/@:handle/status/{id}"));
        assert!(!leads_to("/@bob/status/7", "/@:handle"));
        assert!(!leads_to("/@bob", "/@:handle/status/{id}"));
        assert!(!leads_to("/users/7", "/@:handle/7"));
        assert!(!leads_to("/users", "/"));
    }
}
