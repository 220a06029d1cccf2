//! Clicks of somebody who does not get what they want, told by attributes of the click's root.
//!
//! - **Rage**: the third click, or a later one, within a second at about the same place.
//! - **Dead**: nothing happened. The page did not change, scroll, ask a server or lead elsewhere.
//! - **Error**: what it did failed.

use std::cell::RefCell;

use opentelemetry::Context;
use opentelemetry::trace::TraceContextExt;
use web_sys::Event;

use crate::active_spans::ActiveSpan;
use crate::js::float;
use crate::pipeline;

/// Rage is this many clicks,
const RAGE_CLICKS: usize = 3;
/// within this time,
const RAGE_MS: f64 = 1_000.0;
/// and this many CSS pixels.
const RAGE_DISTANCE: f64 = 30.0;

thread_local! {
    static LATEST: RefCell<Vec<Place>> = const { RefCell::new(Vec::new()) };
}

/// Where and when somebody clicked.
#[derive(Clone, Copy)]
struct Place {
    time_ms: f64,
    x: f64,
    y: f64,
}

/// A click started the action of `context`.
pub(crate) fn clicked(event: &Event, time_ms: f64, context: &Context) {
    let place = Place {
        time_ms,
        x: float(event, "clientX"),
        y: float(event, "clientY"),
    };
    // Those made by a key or by code have no place.
    let is_pointed = float(event, "detail") > 0.0;
    if is_pointed
        && LATEST.with(|cell| {
            cell.try_borrow_mut()
                .is_ok_and(|mut l| is_rage(&mut l, place))
        })
    {
        pipeline::annotate(context, "app.action.rage_click", true);
    }
    pipeline::edit(pipeline::key_of(context), |span| {
        if let Some(action) = &mut span.action {
            action.is_click = true;
        }
    });
    let span_id = context.span().span_context().span_id();
    super::dead_click::suspect(event, span_id);
}

fn is_rage(latest: &mut Vec<Place>, place: Place) -> bool {
    latest.retain(|earlier| place.time_ms - earlier.time_ms < RAGE_MS);
    latest.push(place);
    let is_near = |earlier: &&Place| {
        (earlier.x - place.x).abs() < RAGE_DISTANCE && (earlier.y - place.y).abs() < RAGE_DISTANCE
    };
    latest.iter().filter(is_near).count() >= RAGE_CLICKS
}

/// Marks a click that has failed, when its span ends.
pub(crate) fn ended(span: &mut ActiveSpan) {
    let is_click = span.action.is_some_and(|action| action.is_click);
    if is_click && span.record.is_error() {
        span.record.attributes.set("app.action.error_click", true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rage(clicks: &[(f64, f64)]) -> Vec<bool> {
        let mut latest = Vec::new();
        let place = |&(time_ms, x)| Place { time_ms, x, y: 0.0 };
        clicks
            .iter()
            .map(|click| is_rage(&mut latest, place(click)))
            .collect()
    }

    #[test]
    fn three_clicks_within_a_second_are_rage_and_so_is_the_fourth() {
        let clicks = [(0.0, 5.0), (300.0, 9.0), (700.0, 5.0), (900.0, 5.0)];
        assert_eq!(rage(&clicks), [false, false, true, true]);
    }

    #[test]
    fn slow_clicks_and_clicks_here_and_there_are_not() {
        assert_eq!(
            rage(&[(0.0, 5.0), (600.0, 5.0), (1_200.0, 5.0)]),
            [false; 3]
        );
        assert_eq!(rage(&[(0.0, 5.0), (100.0, 50.0), (200.0, 5.0)]), [false; 3]);
    }
}
