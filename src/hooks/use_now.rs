//! The time that ages on the page are counted from.

use gloo_timers::callback::Interval;
use yew::html::ChildrenProps;
use yew::prelude::*;

/// Ages are told in minutes.
const TICK_MS: u32 = 60_000;

/// Gives the time to everything below, and renders it again as ages change.
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

/// Milliseconds since the epoch, as of the last render or minute, whichever is later.
#[hook]
pub(crate) fn use_now() -> i64 {
    // Something may be newer than the last tick: the clock itself tells how old it is.
    use_context::<i64>().map_or_else(now, |tick| tick.max(now()))
}

fn now() -> i64 {
    js_sys::Date::now() as i64
}
