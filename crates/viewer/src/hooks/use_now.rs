//! The time, once a second: what makes ages tick.

use gloo_timers::callback::Interval;
use yew::{
    functional::{use_effect_with, use_state},
    hook,
};

/// Milliseconds since the Unix epoch.
#[hook]
pub(crate) fn use_now() -> f64 {
    let now = use_state(js_sys::Date::now);
    let tick = now.clone();
    use_effect_with((), move |()| {
        let interval = Interval::new(1_000, move || tick.set(js_sys::Date::now()));
        move || drop(interval)
    });
    // A render between two ticks must not show a trace that is younger than the tick.
    now.max(js_sys::Date::now())
}
