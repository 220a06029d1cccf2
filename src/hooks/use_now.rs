//! The current time, for the ages shown on the page.

use gloo_timers::callback::Interval;
use yew::html::ChildrenProps;
use yew::prelude::*;

/// Ages are shown in minutes.
const TICK_MS: u32 = 60_000;

/// Provides the time to all descendants, and re-renders them every minute.
#[component]
pub(crate) fn Clock(props: &ChildrenProps) -> Html {
    let now = use_state(now);
    {
        let now = now.clone();
        use_effect_with((), move |()| {
            let interval = Interval::new(TICK_MS, move || now.set(self::now()));
            move || drop(interval)
        });
    }
    html! {
        <ContextProvider<i64> context={*now}>{ props.children.clone() }</ContextProvider<i64>>
    }
}

/// Returns the time in milliseconds since the Unix epoch, and re-renders the component every minute.
#[hook]
pub(crate) fn use_now() -> i64 {
    // A render between two ticks may show a crud that is newer than the last tick.
    use_tick().max(now())
}

/// Returns the time of the last tick, and re-renders the component at the next one.
#[hook]
pub(crate) fn use_tick() -> i64 {
    use_context::<i64>().unwrap_or_else(now)
}

fn now() -> i64 {
    js_sys::Date::now() as i64
}
