//! How the user came to the current page, and where each entry of the browser's history was scrolled to.

use std::cell::RefCell;
use std::collections::HashMap;

use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use web_sys::{ScrollRestoration, Window};
use yew::prelude::*;
use yew_router::prelude::*;

/// A feed that was kept is rendered within a few tasks. After a sign-in, it is loaded again.
const ATTEMPT_INTERVAL_MS: u32 = 10;
const MAX_ATTEMPTS: u32 = 500;

/// The number of entries whose position is kept. Beyond that, all are forgotten.
const MAX_POSITIONS: usize = 200;

thread_local! {
    static HISTORY: RefCell<History> = RefCell::default();
}

/// The entries of the browser's history, identified by their state: the router gives each a random id.
#[derive(Default)]
struct History {
    current: String,
    positions: HashMap<String, f64>,
    is_back_or_forward: bool,
    /// The position of the entry that the user came back to, until the page is rendered.
    to_restore: Option<f64>,
    /// The URL of the page that the user left to sign in, and its position.
    left_to_sign_in: Option<(String, f64)>,
}

impl History {
    fn enter(&mut self, is_back_or_forward: bool) {
        self.current = entry();
        self.is_back_or_forward = is_back_or_forward;
        // Read now: while the former page is replaced, the browser may scroll.
        let position = self.positions.get(&self.current).copied();
        self.to_restore = position.filter(|_| is_back_or_forward);
    }
}

/// Observes the browser's history. Call this before the router starts: it renders during the event.
pub(crate) fn observe_history() {
    let Some(window) = web_sys::window() else {
        return;
    };
    // The browser restores the position before the feed is rendered, which is too early. It remains responsible for
    // reloads. Fails in a frame of another origin only.
    let restore = |window: &Window, mode| {
        window
            .history()
            .and_then(|it| it.set_scroll_restoration(mode))
            .unwrap_or_default();
    };
    restore(&window, ScrollRestoration::Manual);
    enter(false);
    EventListener::new(&window, "popstate", |_| enter(true)).forget();
    let scrolled = window.clone();
    EventListener::new(&window, "scroll", move |_| remember_position(&scrolled)).forget();
    let hidden = window.clone();
    EventListener::new(&window, "pagehide", move |_| {
        restore(&hidden, ScrollRestoration::Auto)
    })
    .forget();
    let shown = window.clone();
    EventListener::new(&window, "pageshow", move |_| {
        restore(&shown, ScrollRestoration::Manual)
    })
    .forget();
}

/// Records that a link or an action has navigated.
pub(crate) fn note_push() {
    enter(false);
}

/// Records that the user is about to leave `page` to sign in.
pub(crate) fn note_entrance(page: String) {
    let position = web_sys::window().and_then(|window| window.scroll_y().ok());
    HISTORY.with_borrow_mut(|history| {
        history.left_to_sign_in = position.map(|position| (page, position));
    });
}

/// Records that the user is back at `page`, after the sign-in.
pub(crate) fn note_return(page: &str) {
    enter(false);
    HISTORY.with_borrow_mut(|history| {
        let left = history.left_to_sign_in.take();
        let left = left.filter(|(url, position)| url == page && *position > 0.0);
        history.to_restore = left.map(|(_, position)| position);
    });
}

/// Returns whether the latest navigation was by the browser's Back or Forward.
pub(crate) fn is_back_or_forward() -> bool {
    HISTORY.with_borrow(|history| history.is_back_or_forward)
}

/// Restores the scroll position after Back and Forward.
#[hook]
pub(crate) fn use_scroll_restoration() {
    let id = use_location().and_then(|location| location.id());
    use_effect_with(id, |_| {
        if let Some(position) = HISTORY.with_borrow_mut(|history| history.to_restore.take()) {
            restore_position(entry(), position, None, MAX_ATTEMPTS);
        }
    });
}

fn enter(is_back_or_forward: bool) {
    HISTORY.with_borrow_mut(|history| history.enter(is_back_or_forward));
}

/// Returns the state of the current entry as text.
fn entry() -> String {
    let state = web_sys::window().and_then(|window| window.history().ok()?.state().ok());
    let text = state.and_then(|state| js_sys::JSON::stringify(&state).ok());
    text.and_then(|text| text.as_string()).unwrap_or_default()
}

/// Scrolls to the position once the page is tall enough for it, unless the user has left the page or scrolled by then.
/// `reached` is the result of the last attempt.
fn restore_position(of: String, position: f64, reached: Option<f64>, attempts: u32) {
    let attempt = move || {
        let window = web_sys::window().filter(|_| entry() == of && attempts > 0);
        let Some(window) = window else { return };
        let scroll_y = || window.scroll_y().unwrap_or_default();
        if reached.is_some_and(|reached| reached != scroll_y()) {
            return;
        }
        window.scroll_to_with_x_and_y(0.0, position);
        let reached = scroll_y();
        if reached < position.floor() {
            restore_position(of, position, Some(reached), attempts - 1);
        }
    };
    Timeout::new(ATTEMPT_INTERVAL_MS, attempt).forget();
}

fn remember_position(window: &Window) {
    let position = window.scroll_y().unwrap_or_default();
    HISTORY.with_borrow_mut(|history| {
        if history.positions.len() >= MAX_POSITIONS {
            history.positions.clear();
        }
        let current = history.current.clone();
        history.positions.insert(current, position);
    });
}
