//! The plot of a heatmap: cells or points, axes, and the selected box.

use trace_model::overview::{
    BUCKETS_PER_DECADE, Cell, Heatmap, Point, Window, bucket, bucket_start,
};
use web_sys::{Element, PointerEvent};
use yew::prelude::*;

use crate::{date::Timestamp, format, hooks::Url, overview_state::OverviewState, shared::Shared};

/// Rows above and below the traces.
const MARGIN_ROWS: u32 = 1;

/// The least number of rows: a tenfold of duration.
const MIN_ROWS: u32 = BUCKETS_PER_DECADE;

/// Rows of the table that says the same as the plot.
const MAX_TABLE_ROWS: usize = 500;

/// Labels on the axis of time.
const TIME_LABELS: u32 = 5;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct PlotProps {
    pub(crate) url: Url,
    pub(crate) heatmap: Shared<Heatmap>,
}

/// The rows that are drawn, from the shortest to the longest duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rows {
    first: u32,
    count: u32,
}

impl Rows {
    fn of(heatmap: &Heatmap) -> Self {
        let rows = || heatmap.cells.iter().map(|cell| cell.row);
        let lowest = rows().min().unwrap_or_default();
        let first = lowest.saturating_sub(MARGIN_ROWS);
        let last = rows().max().unwrap_or_default() + MARGIN_ROWS;
        Self {
            first,
            count: (last + 1 - first).max(MIN_ROWS),
        }
    }

    /// Returns the distance of a row from the top.
    const fn top(self, row: u32) -> u32 {
        (self.first + self.count - 1).saturating_sub(row)
    }

    const fn last(self) -> u32 {
        self.first + self.count - 1
    }
}

/// A box between two cells, in any order: column and row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct CellBox {
    from: (u32, u32),
    to: (u32, u32),
}

impl CellBox {
    /// Returns the selection in the address.
    fn select(self, window: Window, columns: u32, state: &OverviewState) -> OverviewState {
        let (left, right) = (self.from.0.min(self.to.0), self.from.0.max(self.to.0));
        let (low, high) = (self.from.1.min(self.to.1), self.from.1.max(self.to.1));
        // A box over the whole time is not limited in time: the start may be the cause.
        let is_whole = left == 0 && right + 1 >= columns;
        let time = |column: u32| {
            let offset = u128::from(window.nanos()) * u128::from(column) / u128::from(columns);
            (window.since + u64::try_from(offset).unwrap_or_default()).to_string()
        };
        let limited = |text: String| if is_whole { String::new() } else { text };
        OverviewState {
            from: limited(time(left)),
            to: limited(time(right + 1)),
            min_nano: bucket_start(low).to_string(),
            max_nano: bucket_start(high + 1).to_string(),
            ..state.without_selection()
        }
    }

    /// Returns the box of a selection.
    fn of(state: &OverviewState, window: Window, columns: u32, rows: Rows) -> Option<Self> {
        if !state.has_selection() {
            return None;
        }
        let number = |text: &str| text.parse::<u64>().ok();
        let column = |time: u64| window.column(time, columns as usize) as u32;
        let row = |nanos: u64| bucket(nanos).clamp(rows.first, rows.last());
        let before = |nanos: u64| nanos.saturating_sub(1);
        Some(Self {
            from: (
                number(&state.from).map_or(0, column),
                number(&state.min_nano).map_or(rows.first, row),
            ),
            to: (
                number(&state.to).map_or(columns - 1, |to| column(before(to))),
                number(&state.max_nano).map_or(rows.last(), |max| row(before(max))),
            ),
        })
    }
}

#[component]
pub(crate) fn Plot(props: &PlotProps) -> Html {
    let heatmap = &props.heatmap;
    let rows = Rows::of(heatmap);
    let state = &props.url.view.overview;
    let cursor = use_state(|| None::<CellBox>);
    let drag = use_state(|| None::<CellBox>);
    let area = use_node_ref();
    let selected = CellBox::of(state, heatmap.window, heatmap.columns, rows);
    let columns = heatmap.columns;
    let choose = {
        let (url, window) = (props.url.clone(), heatmap.window);
        Callback::from(move |cells: CellBox| {
            let state = cells.select(window, columns, &url.view.overview);
            url.push(&url.view.with_overview(state));
        })
    };
    let cell_at = {
        let area = area.clone();
        move |event: &PointerEvent| cell_at(&area, event, columns, rows)
    };
    let onpointerdown = {
        let (drag, cell_at) = (drag.clone(), cell_at.clone());
        Callback::from(move |event: PointerEvent| {
            if event.button() == 0 && !is_on_point(&event) {
                drag.set(cell_at(&event).map(|cell| CellBox {
                    from: cell,
                    to: cell,
                }));
            }
        })
    };
    let onpointermove = {
        let drag = drag.clone();
        Callback::from(move |event: PointerEvent| {
            if let Some(cells) = *drag
                && let Some(to) = cell_at(&event)
            {
                drag.set(Some(CellBox { to, ..cells }));
            }
        })
    };
    let onpointerup = {
        let (drag, choose) = (drag.clone(), choose.clone());
        Callback::from(move |_: PointerEvent| {
            if let Some(cells) = *drag {
                choose.emit(cells);
            }
            drag.set(None);
        })
    };
    let onkeydown = use_plot_keys(&props.url, &cursor, rows, (columns, choose));
    let shown = drag.or(*cursor).or(selected);
    let said = cursor.map(|cells| describe(heatmap, cells));
    html! {
        <div class="plot">
            { duration_axis(rows) }
            <div class="plot-area" ref={area} tabindex="0" role="application"
                aria-label="Heatmap: traces by start and duration. Arrow keys move, Shift extends a box, Enter explains it. The table below has the numbers."
                {onpointerdown} {onpointermove} {onpointerup} {onkeydown}>
                <svg viewBox={format!("0 0 {columns} {}", rows.count)} preserveAspectRatio="none" aria-hidden="true">
                    if heatmap.points.is_empty() {
                        { cells(heatmap, rows) }
                    }
                </svg>
                { points(&props.url, heatmap, rows) }
                { shown.map(|cells| selection(cells, columns, rows)) }
            </div>
            { time_axis(heatmap.window) }
            <p class="plot-cursor" role="status">{ said.unwrap_or_default() }</p>
        </div>
    }
}

/// Moves a cursor by keys.
#[hook]
fn use_plot_keys(
    url: &Url,
    cursor: &UseStateHandle<Option<CellBox>>,
    rows: Rows,
    choice: (u32, Callback<CellBox>),
) -> Callback<KeyboardEvent> {
    let (columns, choose) = choice;
    let (url, cursor) = (url.clone(), cursor.clone());
    Callback::from(move |event: KeyboardEvent| {
        let start = (columns / 2, rows.first + rows.count / 2);
        let cells = cursor.unwrap_or(CellBox {
            from: start,
            to: start,
        });
        let (column, row) = cells.to;
        let to = match event.key().as_str() {
            "ArrowLeft" => (column.saturating_sub(1), row),
            "ArrowRight" => ((column + 1).min(columns - 1), row),
            "ArrowUp" => (column, (row + 1).min(rows.last())),
            "ArrowDown" => (column, row.saturating_sub(1).max(rows.first)),
            "Enter" if cursor.is_some() => {
                choose.emit(cells);
                cursor.set(None);
                (column, row)
            }
            "Escape" if cursor.is_some() || url.view.overview.has_selection() => {
                cursor.set(None);
                let state = url.view.overview.without_selection();
                url.push(&url.view.with_overview(state));
                (column, row)
            }
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        if matches!(event.key().as_str(), "Enter" | "Escape") {
            return;
        }
        let from = if event.shift_key() { cells.from } else { to };
        cursor.set(Some(CellBox { from, to }));
    })
}

fn is_on_point(event: &PointerEvent) -> bool {
    let target = event.target_dyn_into::<Element>();
    target.is_some_and(|target| target.closest("a").is_ok_and(|link| link.is_some()))
}

fn cell_at(area: &NodeRef, event: &PointerEvent, columns: u32, rows: Rows) -> Option<(u32, u32)> {
    let bounds = area.cast::<Element>()?.get_bounding_client_rect();
    let part = |at: f64, start: f64, size: f64| ((at - start) / size).clamp(0.0, 0.999_999);
    let x = part(f64::from(event.client_x()), bounds.left(), bounds.width());
    let y = part(f64::from(event.client_y()), bounds.top(), bounds.height());
    let column = (x * f64::from(columns)) as u32;
    let top = (y * f64::from(rows.count)) as u32;
    Some((column, rows.last() - top))
}

/// Draws cells: the more traces, the stronger the color; the failed part is red.
fn cells(heatmap: &Heatmap, rows: Rows) -> Html {
    let most = heatmap.cells.iter().map(|cell| cell.count).max();
    let most = f64::from(most.unwrap_or(1)).ln_1p();
    let cell = |cell: &Cell| {
        let strength = 0.18 + 0.82 * f64::from(cell.count).ln_1p() / most;
        let failed = f64::from(cell.errors) / f64::from(cell.count.max(1));
        let (x, y) = (cell.column, rows.top(cell.row));
        // Few failed traces among many are still visible.
        let height = if cell.errors == 0 {
            0.0
        } else {
            failed.max(0.25)
        };
        html! {
            <g key={format!("{x} {y}")}>
                <rect class="cell" x={x.to_string()} y={y.to_string()} width="1" height="1" fill-opacity={format!("{strength:.2}")} />
                if cell.errors > 0 {
                    <rect class="cell-errors" x={format!("{:.2}", f64::from(x) + 0.25)} y={format!("{:.2}", f64::from(y) + 1.0 - height)} width="0.5" height={format!("{height:.2}")} />
                }
            </g>
        }
    };
    heatmap.cells.iter().map(cell).collect()
}

/// Draws each trace as a link.
fn points(url: &Url, heatmap: &Heatmap, rows: Rows) -> Html {
    let window = heatmap.window;
    let point = |point: &Point| {
        let x = (point.start_unix_nano - window.since) as f64 / window.nanos().max(1) as f64;
        let height = (point.duration_nano.max(1) as f64).log10() * f64::from(BUCKETS_PER_DECADE);
        let y = 1.0 - (height - f64::from(rows.first)) / f64::from(rows.count);
        let view = url.view.with_trace(point.trace_id);
        let label = format!(
            "{}{}, {}",
            format::duration(point.duration_nano),
            if point.is_error { ", failed" } else { "" },
            Timestamp::from_unix_nano(point.start_unix_nano).local()
        );
        let url = url.clone();
        let href = Url::href(&view);
        let onclick = Callback::from(move |event: MouseEvent| {
            if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
                event.prevent_default();
                url.push(&view);
            }
        });
        html! {
            // The table and the list of traces have the same links for the keyboard.
            <a key={point.trace_id.to_string()} class={classes!("point", point.is_error.then_some("error"))} {href} {onclick}
                tabindex="-1" title={label.clone()} aria-label={label} style={format!("left:{:.3}%;top:{:.3}%", x * 100.0, y * 100.0)} />
        }
    };
    heatmap.points.iter().map(point).collect()
}

fn selection(cells: CellBox, columns: u32, rows: Rows) -> Html {
    let (left, right) = (cells.from.0.min(cells.to.0), cells.from.0.max(cells.to.0));
    let (low, high) = (cells.from.1.min(cells.to.1), cells.from.1.max(cells.to.1));
    let part = |number: u32, of: u32| f64::from(number) / f64::from(of.max(1)) * 100.0;
    let style = format!(
        "left:{:.3}%;width:{:.3}%;top:{:.3}%;height:{:.3}%",
        part(left, columns),
        part(right + 1 - left, columns),
        part(rows.top(high), rows.count),
        part(high + 1 - low, rows.count)
    );
    html! { <div class="plot-selection" {style} /> }
}

fn describe(heatmap: &Heatmap, cells: CellBox) -> String {
    let (left, right) = (cells.from.0.min(cells.to.0), cells.from.0.max(cells.to.0));
    let (low, high) = (cells.from.1.min(cells.to.1), cells.from.1.max(cells.to.1));
    let inside = heatmap
        .cells
        .iter()
        .filter(|cell| (left..=right).contains(&cell.column) && (low..=high).contains(&cell.row));
    let (count, errors) = inside.fold((0, 0), |(count, errors), cell| {
        (count + cell.count, errors + cell.errors)
    });
    format!(
        "{}, {} failed, {} to {}, from {}",
        format::quantity(count as usize, "trace"),
        format::count(errors.into()),
        format::duration(bucket_start(low)),
        format::duration(bucket_start(high + 1)),
        column_time(heatmap.window, left, heatmap.columns)
    )
}

pub(super) fn column_time(window: Window, column: u32, columns: u32) -> String {
    let offset = u128::from(window.nanos()) * u128::from(column) / u128::from(columns.max(1));
    let time = window.since + u64::try_from(offset).unwrap_or_default();
    short_time(time, window)
}

/// The time of day, and the day if the window is longer than one.
fn short_time(time: u64, window: Window) -> String {
    const DAY: u64 = 86_400_000_000_000;
    let local = Timestamp::from_unix_nano(time).local();
    let part = |range: std::ops::Range<usize>| local.get(range).unwrap_or_default().to_owned();
    if window.nanos() > DAY {
        part(5..16)
    } else {
        part(11..19)
    }
}

/// A label at each tenfold of duration.
fn duration_axis(rows: Rows) -> Html {
    let labels = (rows.first..=rows.last()).filter(|row| row.is_multiple_of(BUCKETS_PER_DECADE));
    html! {
        <div class="duration-axis" aria-hidden="true">
            for row in labels {
                <span key={row} style={format!("top:{:.3}%", f64::from(rows.top(row) + 1) / f64::from(rows.count) * 100.0)}>{ decade(bucket_start(row)) }</span>
            }
        </div>
    }
}

/// Returns a power of ten, in seconds from one second on: `1,000 s` and not `16 min 40 s`.
fn decade(nanos: u64) -> String {
    const SECOND: u64 = 1_000_000_000;
    if nanos < SECOND {
        format::duration(nanos)
    } else {
        format!("{} s", format::count(nanos / SECOND))
    }
}

pub(super) fn time_axis(window: Window) -> Html {
    html! {
        <div class="time-axis" aria-hidden="true">
            for label in 0..TIME_LABELS {
                <span key={label}>{ column_time(window, label, TIME_LABELS - 1) }</span>
            }
        </div>
    }
}

/// A table with the numbers of the plot.
pub(super) fn table(heatmap: &Heatmap) -> Html {
    let row = |cell: &Cell| {
        html! {
            <tr key={format!("{} {}", cell.column, cell.row)}>
                <th scope="row">{ column_time(heatmap.window, cell.column, heatmap.columns) }</th>
                <td class="number">{ format::duration(bucket_start(cell.row)) }{ " to " }{ format::duration(bucket_start(cell.row + 1)) }</td>
                <td class="number">{ format::count(cell.count.into()) }</td>
                <td class="number">{ format::count(cell.errors.into()) }</td>
            </tr>
        }
    };
    let left_out = heatmap.cells.len().saturating_sub(MAX_TABLE_ROWS);
    html! {
        <details class="as-table">
            <summary>{ "As a table" }</summary>
            <table class="figures-table">
                <thead><tr><th scope="col">{ "From" }</th><th scope="col" class="number">{ "Duration" }</th><th scope="col" class="number">{ "Traces" }</th><th scope="col" class="number">{ "Failed" }</th></tr></thead>
                <tbody>{ for heatmap.cells.iter().take(MAX_TABLE_ROWS).map(row) }</tbody>
            </table>
            if left_out > 0 {
                <p class="muted">{ format!("{} further rows are left out: choose a shorter time range.", format::count(left_out as u64)) }</p>
            }
        </details>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Window = Window {
        since: 1_000,
        until: 2_000,
    };

    #[test]
    fn powers_of_ten_are_short() {
        let labels = [1_000, 100_000_000, 1_000_000_000, 1_000_000_000_000].map(decade);
        assert_eq!(labels, ["1 µs", "100 ms", "1 s", "1,000 s"]);
    }

    #[test]
    fn box_round_trips_through_the_address() {
        let rows = Rows {
            first: 40,
            count: 20,
        };
        let cells = CellBox {
            from: (7, 50),
            to: (2, 44),
        };
        let state = cells.select(WINDOW, 10, &OverviewState::default());
        assert_eq!((&*state.from, &*state.to), ("1200", "1800"));
        let read = CellBox::of(&state, WINDOW, 10, rows).unwrap();
        assert_eq!((read.from, read.to), ((2, 44), (7, 50)));
    }

    #[test]
    fn box_over_the_whole_time_is_not_limited_in_time() {
        let cells = CellBox {
            from: (0, 50),
            to: (9, 60),
        };
        let state = cells.select(WINDOW, 10, &OverviewState::default());
        assert_eq!((&*state.from, &*state.to), ("", ""));
    }
}
