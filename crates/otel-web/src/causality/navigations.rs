//! The navigations in progress.
//!
//! A navigation or a page load is in progress until its first frame is painted. What the page does until
//! then belongs to it, and futures of other traces wait.

use std::cell::Cell;
use std::task::Waker;

use opentelemetry::Context;
use opentelemetry::trace::{TraceContextExt, TraceId};

#[cfg(any(feature = "document-load", feature = "navigation"))]
use crate::browser::page;
use crate::core::route;
use crate::core::slot;
#[cfg(any(feature = "document-load", feature = "navigation"))]
use crate::core::text;
use crate::trace::{hooks, pipeline};

/// The maximum number of navigations before one frame. Beyond it the earliest is dropped.
#[cfg(any(feature = "document-load", feature = "navigation"))]
const MAX_IN_PROGRESS: usize = 8;

thread_local! {
    /// The latest is last. The others were superseded before they were painted.
    static IN_PROGRESS: Cell<Vec<Navigation>> = const { Cell::new(Vec::new()) };
    static WAITING: Cell<Vec<Waker>> = const { Cell::new(Vec::new()) };
    /// Path and template of a page that is rendered before its navigation begins.
    #[cfg(any(feature = "document-load", feature = "navigation"))]
    static EXPECTED: Cell<Option<(String, String)>> = const { Cell::new(None) };
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
    with(latest)
}

/// Adds a navigation to those in progress. It is one until [`end_in_progress`].
#[cfg(any(feature = "document-load", feature = "navigation"))]
pub(super) fn begin(context: Context, is_page_load: bool) {
    let mut navigation = Navigation {
        context,
        is_page_load,
        path: route_path(),
        has_template: false,
    };
    let expected = EXPECTED.take();
    if let Some((_, template)) = expected.filter(|(path, _)| *path == navigation.path) {
        navigation.set_template(&template);
    }
    let earliest = with(|navigations| {
        navigations.push(navigation);
        (navigations.len() > MAX_IN_PROGRESS).then(|| navigations.remove(0))
    });
    // Dropping a context may end a span, so it happens after the borrow.
    drop(earliest);
}

/// Ends the progress of all navigations: their frame is painted.
pub(super) fn end_in_progress() {
    let navigations = with(std::mem::take);
    let is_page_load = |navigation: &Navigation| navigation.is_page_load;
    if navigations.iter().any(is_page_load) {
        (hooks::get().on_load_painted)();
    }
    drop(navigations);
    let waiting = slot::with_default(&WAITING, std::mem::take);
    waiting.into_iter().for_each(Waker::wake);
}

/// Whether a navigation of another trace is in progress. If so, wakes the waker after its first frame.
///
/// While a page is being rendered, its effects must not be mixed with those of another action.
pub(super) fn other_in_progress(trace_id: TraceId, waker: &Waker) -> bool {
    let is_other =
        in_progress().is_some_and(|context| context.span().span_context().trace_id() != trace_id);
    if is_other {
        slot::with_default(&WAITING, |waiting| waiting.push(waker.clone()));
    }
    is_other
}

fn with<R>(f: impl FnOnce(&mut Vec<Navigation>) -> R) -> R {
    slot::with_default(&IN_PROGRESS, f)
}

/// Returns the path that a router compares with its routes.
#[cfg(any(feature = "document-load", feature = "navigation"))]
pub(crate) fn route_path() -> String {
    let hash = page::location("hash");
    match route::fragment_route(&hash) {
        Some(route) => text::next_part(&mut &*route, b'?').to_owned(),
        None => page::location("pathname"),
    }
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
            !navigation.has_template && route::matches_template(&navigation.path, template)
        };
        let matching = navigations.iter().position(is_match);
        let index = matching.unwrap_or(navigations.len().saturating_sub(1));
        if let Some(navigation) = navigations.get_mut(index) {
            navigation.set_template(template);
        }
    });
}

/// Names the navigation to a path by its route, like [`set_route_template`], even if it begins later.
///
/// Some routers render the page first, and change the address afterwards, as Leptos does. Call it while
/// the page is rendered, with the path that the address will have. The template is assigned to the
/// navigation to this path that is in progress, else to the next one.
///
/// With Leptos, use the hook `otel_web_leptos::use_route_template`.
///
/// # Examples
///
/// ## A page that the router renders early
///
/// ```no_run
/// // `path` is where the router is going, such as `/users/7`.
/// fn render_user(path: &str) {
///     otel_web::set_route_template_of(path, "/users/{id}");
///     // Then render the page.
/// }
/// ```
pub fn set_route_template_of(path: &str, template: &str) {
    let is_named = with(|navigations| {
        let latest = navigations
            .iter_mut()
            .rfind(|navigation| navigation.path == path);
        latest.map(|navigation| navigation.set_template(template))
    });
    #[cfg(any(feature = "document-load", feature = "navigation"))]
    EXPECTED.set(
        is_named
            .is_none()
            .then(|| (path.to_owned(), template.to_owned())),
    );
    #[cfg(not(any(feature = "document-load", feature = "navigation")))]
    let _ = is_named;
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
