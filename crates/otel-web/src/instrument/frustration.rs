//! Signs of a frustrated user, as attributes of the click's root span.
//!
//! - **Rage click**: the third or a later click within one second and 30 pixels, unless the element is made
//!   for that: a stepper, an arrow, a carousel, or a switch.
//! - **Error click**: the action that the click started failed.

use std::cell::Cell;

use opentelemetry::Context;
use wasm_bindgen::JsValue;
use web_sys::Event;

use crate::browser::js::{call, float, get};
use crate::browser::mask;
use crate::core::slot;
use crate::trace::active_spans::ActiveSpan;
use crate::trace::pipeline;

/// The number of clicks that makes the last one a rage click.
const RAGE_CLICKS: usize = 3;
/// The time within which these clicks happen, in milliseconds.
const RAGE_INTERVAL_MS: f64 = 1_000.0;
/// The largest distance between these clicks on either axis, in CSS pixels.
const RAGE_DISTANCE_PX: f64 = 30.0;

/// Elements that are clicked repeatedly to get on, and those inside of them. Libraries for carousels name
/// theirs in classes.
const REPEATABLE: &str = "[role=spinbutton],[role=slider],[role=scrollbar],[role=tablist],[role=switch],\
    [role=checkbox],[role=radio],[aria-roledescription=carousel],[aria-pressed],[aria-expanded],summary,\
    input:is([type=checkbox],[type=radio]),[class*=carousel i],[class*=swiper],[class*=splide],\
    [class*=slick-],[class*=slider i],[class*=stepper i]";
/// What the buttons of a stepper stand beside.
const STEPPED: &str = "input[type=number],[role=spinbutton],output";

thread_local! {
    static RECENT_CLICKS: Cell<Vec<Click>> = const { Cell::new(Vec::new()) };
}

/// The time and the position of a click.
#[derive(Clone, Copy)]
struct Click {
    time_ms: f64,
    x: f64,
    y: f64,
}

/// Checks a click on `element` that has just started the action of `context`. `name` is the element's
/// accessible name.
pub(crate) fn record_click(
    event: &Event,
    element: &JsValue,
    name: Option<&str>,
    time_ms: f64,
    context: &Context,
) {
    let click = Click {
        time_ms,
        x: float(event, "clientX"),
        y: float(event, "clientY"),
    };
    // Clicks dispatched by a key or by code have no position.
    let is_pointed = float(event, "detail") > 0.0;
    if is_pointed
        && slot::with_default(&RECENT_CLICKS, |recent| is_rage(recent, click))
        && !is_repeatable(element, name)
    {
        pipeline::annotate(context, "app.action.rage_click", true);
    }
    pipeline::edit(pipeline::key_of(context), |span| {
        if let Some(action) = &mut span.action {
            action.is_click = true;
        }
    });
}

/// Whether the element is made to be clicked again and again.
fn is_repeatable(element: &JsValue, name: Option<&str>) -> bool {
    // Plus, minus and arrows are no letters.
    let is_symbol = name.is_some_and(|name| !name.chars().any(char::is_alphabetic));
    let parent = get(element, "parentNode");
    is_symbol
        || mask::nearest(element, REPEATABLE).is_truthy()
        || call(&parent, "querySelector", &STEPPED.into()).is_truthy()
}

/// Adds the click to the recent ones, and checks whether enough of them are close to it.
fn is_rage(recent: &mut Vec<Click>, click: Click) -> bool {
    recent.retain(|earlier| click.time_ms - earlier.time_ms < RAGE_INTERVAL_MS);
    recent.push(click);
    let is_near = |earlier: &&Click| {
        (earlier.x - click.x).abs() < RAGE_DISTANCE_PX
            && (earlier.y - click.y).abs() < RAGE_DISTANCE_PX
    };
    recent.iter().filter(is_near).count() >= RAGE_CLICKS
}

/// Marks an error click. Called when a span ends.
pub(crate) fn mark_error_click(span: &mut ActiveSpan) {
    let is_click = span.action.is_some_and(|action| action.is_click);
    if is_click && span.record.is_error() {
        span.record.attributes.set("app.action.error_click", true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rage(clicks: &[(f64, f64)]) -> Vec<bool> {
        let mut recent = Vec::new();
        let click = |&(time_ms, x)| Click { time_ms, x, y: 0.0 };
        clicks
            .iter()
            .map(|one| is_rage(&mut recent, click(one)))
            .collect()
    }

    #[test]
    fn third_and_later_clicks_within_a_second_are_rage() {
        let clicks = [(0.0, 5.0), (300.0, 9.0), (700.0, 5.0), (900.0, 5.0)];
        assert_eq!(rage(&clicks), [false, false, true, true]);
    }

    #[test]
    fn slow_or_distant_clicks_are_not_rage() {
        assert_eq!(
            rage(&[(0.0, 5.0), (600.0, 5.0), (1_200.0, 5.0)]),
            [false; 3]
        );
        assert_eq!(rage(&[(0.0, 5.0), (100.0, 50.0), (200.0, 5.0)]), [false; 3]);
    }
}
