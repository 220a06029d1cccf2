//! The timeline of all actions, on which a time range can be chosen.

use trace_model::overview::{Actions, TimelinePart, Window};
use web_sys::{Element, PointerEvent};
use yew::prelude::*;

use super::plot::{column_time, time_axis};
use crate::{format, hooks::Url, shared::Shared};

/// The height of the picture, in its units.
const HEIGHT: f64 = 40.0;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct TimelineProps {
    pub(super) url: Url,
    pub(super) actions: Shared<Actions>,
}

/// Two columns, in any order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Columns {
    from: u32,
    to: u32,
}

impl Columns {
    fn ordered(self) -> (u32, u32) {
        (self.from.min(self.to), self.from.max(self.to))
    }

    /// Returns the start and the end of the range, in nanoseconds since 1970.
    fn range(self, window: Window, count: u32) -> (u64, u64) {
        let (left, right) = self.ordered();
        let time = |column: u32| {
            let offset = u128::from(window.nanos()) * u128::from(column) / u128::from(count.max(1));
            window.since + u64::try_from(offset).unwrap_or_default()
        };
        (time(left), time(right + 1))
    }
}

#[component]
pub(super) fn Timeline(props: &TimelineProps) -> Html {
    let (parts, window) = (&props.actions.timeline, props.actions.window);
    let count = u32::try_from(parts.len()).unwrap_or_default();
    let drag = use_state_eq(|| None::<Columns>);
    let cursor = use_state_eq(|| None::<Columns>);
    let area = use_node_ref();
    let choose = {
        let url = props.url.clone();
        Callback::from(move |columns: Columns| {
            let (since, until) = columns.range(window, count);
            let state = &url.view.overview;
            let state = state.with_chosen_range(since.to_string(), until.to_string());
            url.push(&url.view.with_overview(state));
        })
    };
    let column_at = {
        let area = area.clone();
        move |event: &PointerEvent| column_at(&area, event, count)
    };
    let onpointerdown = {
        let (drag, column_at) = (drag.clone(), column_at.clone());
        Callback::from(move |event: PointerEvent| {
            if event.button() == 0 {
                let column = column_at(&event);
                drag.set(column.map(|from| Columns { from, to: from }));
            }
        })
    };
    let onpointermove = {
        let drag = drag.clone();
        Callback::from(move |event: PointerEvent| {
            if let (Some(columns), Some(to)) = (*drag, column_at(&event)) {
                drag.set(Some(Columns { to, ..columns }));
            }
        })
    };
    let onpointerup = {
        let (drag, choose) = (drag.clone(), choose.clone());
        Callback::from(move |_: PointerEvent| {
            // A click chooses nothing: a single column is shorter than anybody means.
            if let Some(columns) = drag.filter(|columns| columns.from != columns.to) {
                choose.emit(columns);
            }
            drag.set(None);
        })
    };
    let onkeydown = keys(&props.url, &cursor, count, choose);
    let shown = drag.or(*cursor);
    let said = cursor.map(|columns| describe(parts, window, columns));
    html! {
        <div class="timeline-plot">
            <div class="plot-area timeline-area" ref={area} tabindex="0" role="application"
                aria-label="Timeline of all traces. Arrow keys move, Shift extends a range, Enter shows it, Escape shows all."
                {onpointerdown} {onpointermove} {onpointerup} {onkeydown}>
                <svg viewBox={format!("0 0 {count} {HEIGHT}")} preserveAspectRatio="none" aria-hidden="true">
                    <path class="timeline-count" d={bars(parts, |part| part.count)} />
                    <path class="timeline-errors" d={bars(parts, |part| part.errors)} />
                </svg>
                { shown.map(|columns| selection(columns, count)) }
            </div>
            { time_axis(window) }
            <p class="plot-cursor" role="status">{ said.unwrap_or_default() }</p>
        </div>
    }
}

/// Moves a cursor by keys.
fn keys(
    url: &Url,
    cursor: &UseStateHandle<Option<Columns>>,
    count: u32,
    choose: Callback<Columns>,
) -> Callback<KeyboardEvent> {
    let (url, cursor) = (url.clone(), cursor.clone());
    Callback::from(move |event: KeyboardEvent| {
        let middle = count / 2;
        let columns = cursor.unwrap_or(Columns {
            from: middle,
            to: middle,
        });
        let to = match event.key().as_str() {
            "ArrowLeft" => columns.to.saturating_sub(1),
            "ArrowRight" => (columns.to + 1).min(count.saturating_sub(1)),
            "Enter" if cursor.is_some() => {
                event.prevent_default();
                cursor.set(None);
                return choose.emit(columns);
            }
            "Escape" if cursor.is_some() || url.view.overview.has_chosen_range() => {
                event.prevent_default();
                cursor.set(None);
                let state = &url.view.overview;
                let state = state.with_chosen_range(String::new(), String::new());
                return url.push(&url.view.with_overview(state));
            }
            _ => return,
        };
        event.prevent_default();
        let from = if event.shift_key() { columns.from } else { to };
        cursor.set(Some(Columns { from, to }));
    })
}

fn column_at(area: &NodeRef, event: &PointerEvent, count: u32) -> Option<u32> {
    let bounds = area.cast::<Element>()?.get_bounding_client_rect();
    let x = (f64::from(event.client_x()) - bounds.left()) / bounds.width().max(1.0);
    let column = (x * f64::from(count)).floor().max(0.0) as u32;
    Some(column.min(count.saturating_sub(1)))
}

/// Draws a bar for each part, relative to the part with the most traces.
fn bars(parts: &[TimelinePart], value: fn(&TimelinePart) -> u32) -> String {
    let most = parts.iter().map(|part| part.count).max().unwrap_or(1);
    let bars = parts.iter().enumerate();
    let bars = bars.filter(|(_, part)| value(part) > 0);
    let bars = bars.map(|(index, part)| {
        let height = f64::from(value(part)) / f64::from(most.max(1)) * (HEIGHT - 2.0);
        format!(
            "M{},{HEIGHT}v-{:.1}h0.8V{HEIGHT}z",
            index as f64 + 0.1,
            height.max(1.0)
        )
    });
    bars.collect()
}

fn selection(columns: Columns, count: u32) -> Html {
    let (left, right) = columns.ordered();
    let part = |number: u32| f64::from(number) / f64::from(count.max(1)) * 100.0;
    let style = format!(
        "left:{:.3}%;width:{:.3}%;top:0;height:100%",
        part(left),
        part(right + 1 - left)
    );
    html! { <div class="plot-selection" {style} /> }
}

fn describe(parts: &[TimelinePart], window: Window, columns: Columns) -> String {
    let (left, right) = columns.ordered();
    let chosen = parts
        .iter()
        .skip(left as usize)
        .take((right + 1 - left) as usize);
    let (traces, errors) = chosen.fold((0_u64, 0_u64), |(traces, errors), part| {
        (
            traces + u64::from(part.count),
            errors + u64::from(part.errors),
        )
    });
    let count = u32::try_from(parts.len()).unwrap_or_default();
    format!(
        "{}, {} failed, from {} to {}",
        format::quantity(usize::try_from(traces).unwrap_or(usize::MAX), "trace"),
        format::count(errors),
        column_time(window, left, count),
        column_time(window, right + 1, count)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_in_any_order_are_a_range() {
        let window = Window {
            since: 1_000,
            until: 7_000,
        };
        let range = |from, to| Columns { from, to }.range(window, 60);
        assert_eq!(range(0, 59), (1_000, 7_000));
        assert_eq!(
            (range(10, 19), range(19, 10)),
            ((2_000, 3_000), (2_000, 3_000))
        );
    }
}
