//! The current time, updated once a second.

use gloo_timers::callback::Interval;
use yew::{
    functional::{use_effect_with, use_state},
    hook,
};

const TICK_MS: u32 = 1_000;

/// Returns milliseconds since the Unix epoch, and renders the component again every second.
#[hook]
pub(crate) fn use_now() -> f64 {
    let now = use_state(js_sys::Date::now);
    let tick = now.clone();
    use_effect_with((), move |()| {
        let interval = Interval::new(TICK_MS, move || tick.set(js_sys::Date::now()));
        move || drop(interval)
    });
    // A render between two ticks must not use the time of the last tick: it may show a trace that
    // started after it.
    now.max(js_sys::Date::now())
}
