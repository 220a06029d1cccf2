//! Checks from time to time whether the home feed has new cruds.
//!
//! The page loads the first page again while it is visible, and when it is shown again. The user did nothing, so a check is
//! not a trace, neither here nor in the back end.

use gloo_timers::callback::Timeout;
use otel_web_yew::use_action;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::hooks::{focus_heading, use_is_visible};
use crate::state::feed::{Feed, FeedAction, LoadStatus};
use crate::state::source::Source;
use crate::{api, telemetry};

/// The pause between two checks. Doubled after each failure.
const INTERVAL_MS: u32 = 60_000;
const MAX_INTERVAL_MS: u32 = 960_000;
/// Spreads the checks of pages that were opened at the same time. A share of the interval.
const JITTER: f64 = 0.25;
/// A page that is shown again checks at once, but not more often than this.
const MIN_PAUSE_MS: f64 = 5_000.0;

/// The new cruds of a feed.
#[derive(Clone, PartialEq)]
pub(crate) struct Newer {
    pub(crate) count: usize,
    /// Whether there are more than `count`.
    pub(crate) has_more: bool,
    pub(crate) show: Callback<MouseEvent>,
}

/// Checks the home feed, and returns its new cruds. Returns `None` for other feeds.
#[hook]
pub(crate) fn use_newer(source: &Source, feed: &UseReducerHandle<Feed>) -> Option<Newer> {
    let is_home = *source == Source::Home;
    let is_loaded = is_home && *feed.status(source) == LoadStatus::Ready;
    // More than a page of new cruds is not counted.
    use_checks(is_loaded && !feed.has_more_newer(), feed.dispatcher());
    let dispatch = feed.dispatcher();
    let show = use_action("feed.show_new", move |_: MouseEvent| {
        dispatch.dispatch(FeedAction::NewerShown);
        if let Some(window) = web_sys::window() {
            window.scroll_to_with_x_and_y(0.0, 0.0);
        }
        // The button is gone.
        focus_heading();
        std::future::ready(())
    });
    is_loaded.then(|| Newer {
        count: feed.newer_count(),
        has_more: feed.has_more_newer(),
        show,
    })
}

#[hook]
fn use_checks(is_wanted: bool, feed: UseReducerDispatcher<Feed>) {
    let (is_visible, was_visible) = (use_is_visible(), use_mut_ref(|| true));
    let checks = use_state(Checks::default);
    let deps = (is_wanted && is_visible, *checks);
    use_effect_with(deps, move |&(is_active, state)| {
        let was_visible = was_visible.replace(is_visible);
        let is_shown_again = is_visible && !was_visible;
        let check = move || spawn_local(check(feed, state, checks.setter()));
        let timeout =
            is_active.then(|| Timeout::new(state.delay_ms(now_ms(), is_shown_again), check));
        move || drop(timeout)
    });
}

async fn check(feed: UseReducerDispatcher<Feed>, state: Checks, next: UseStateSetter<Checks>) {
    let request = api::activities::feed(&Source::Home);
    let result = otel_web::with_context(telemetry::untraced(), request).await;
    next.set(Checks {
        last_ms: now_ms(),
        failures: if result.is_ok() {
            0
        } else {
            state.failures + 1
        },
    });
    if let Ok(page) = result {
        feed.dispatch(FeedAction::Checked(Source::Home, page));
    }
}

/// The checks so far.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Checks {
    /// When the last one ended.
    last_ms: f64,
    /// The number of failures since the last success.
    failures: u32,
}

impl Default for Checks {
    fn default() -> Self {
        Self {
            last_ms: now_ms(),
            failures: 0,
        }
    }
}

impl Checks {
    fn delay_ms(self, now_ms: f64, is_shown_again: bool) -> u32 {
        let interval_ms = INTERVAL_MS.saturating_mul(1 << self.failures.min(8));
        let interval_ms = f64::from(interval_ms.min(MAX_INTERVAL_MS));
        let pause_ms = if is_shown_again && self.failures == 0 {
            MIN_PAUSE_MS
        } else {
            interval_ms * (1.0 + JITTER * random())
        };
        (pause_ms - (now_ms - self.last_ms)).max(0.0) as u32
    }
}

#[cfg(target_arch = "wasm32")]
fn random() -> f64 {
    js_sys::Math::random()
}

#[cfg(target_arch = "wasm32")]
fn now_ms() -> f64 {
    js_sys::Date::now()
}

/// The greatest value, so that tests see the bounds.
#[cfg(not(target_arch = "wasm32"))]
fn random() -> f64 {
    1.0
}

#[cfg(not(target_arch = "wasm32"))]
fn now_ms() -> f64 {
    0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delay_ms(failures: u32, since_last_ms: f64, is_shown_again: bool) -> u32 {
        let checks = Checks {
            last_ms: 0.0,
            failures,
        };
        checks.delay_ms(since_last_ms, is_shown_again)
    }

    #[test]
    fn pause_is_a_minute_and_grows_with_failures_up_to_a_limit() {
        assert_eq!(delay_ms(0, 0.0, false), 75_000);
        assert_eq!(delay_ms(1, 0.0, false), 150_000);
        assert_eq!(delay_ms(4, 0.0, false), 1_200_000);
        assert_eq!(delay_ms(u32::MAX, 0.0, false), 1_200_000);
    }

    #[test]
    fn page_that_is_shown_again_checks_at_once_but_not_too_often() {
        assert_eq!(delay_ms(0, 1_000.0, true), 4_000);
        assert_eq!(delay_ms(0, 600_000.0, true), 0);
        // An unreachable back end is not asked each time.
        assert_eq!(delay_ms(1, 0.0, true), 150_000);
    }
}
