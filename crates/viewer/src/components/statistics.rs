//! The statistics of a trace by service and span name, as a table that can be sorted.

use std::cmp::Reverse;

use trace_model::{CriticalPath, NameStatistics, Trace};
use yew::prelude::*;

use super::{
    attributes::MoreButton,
    span_row::{display_name, lane_class},
};
use crate::{format, shared::Shared, text};

/// The number of names shown at first, and added by each "Show more".
const NAMES_PER_PAGE: usize = 200;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct StatisticsProps {
    pub(crate) trace: Shared<Trace>,
    /// The span whose subtree is shown.
    pub(crate) top: Option<usize>,
    pub(crate) path: Option<Shared<CriticalPath>>,
    pub(crate) on_select: Callback<usize>,
}

/// The statistics of a name, with its part of the critical path.
struct Figures {
    name: NameStatistics,
    path_nano: u64,
}

/// A column with numbers, by which the table can be sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Count,
    Errors,
    Total,
    Own,
    Path,
    P50,
    P95,
    Max,
}

impl Column {
    const ALL: [Self; 8] = [
        Self::Count,
        Self::Errors,
        Self::Total,
        Self::Own,
        Self::Path,
        Self::P50,
        Self::P95,
        Self::Max,
    ];

    const fn title(self) -> &'static str {
        match self {
            Self::Count => "Spans",
            Self::Errors => "Errors",
            Self::Total => "Total",
            Self::Own => "Self",
            Self::Path => "Critical path",
            Self::P50 => "p50",
            Self::P95 => "p95",
            Self::Max => "Max",
        }
    }

    const fn description(self) -> &'static str {
        match self {
            Self::Count => "The number of spans",
            Self::Errors => "The number of failed spans",
            Self::Total => "The sum of the durations; spans that overlap count several times",
            Self::Own => "The time in which no child of the span ran",
            Self::Path => "The time for which the end of the trace waited",
            Self::P50 => "Half of the spans took no longer",
            Self::P95 => "95 % of the spans took no longer",
            Self::Max => "The longest duration",
        }
    }

    const fn value(self, figures: &Figures) -> u64 {
        let name = &figures.name;
        match self {
            Self::Count => name.count as u64,
            Self::Errors => name.errors as u64,
            Self::Total => name.total_nano,
            Self::Own => name.self_nano,
            Self::Path => figures.path_nano,
            Self::P50 => name.p50_nano,
            Self::P95 => name.p95_nano,
            Self::Max => name.max_nano,
        }
    }

    fn text(self, value: u64) -> String {
        match self {
            Self::Count | Self::Errors => format::count(value),
            _ => format::duration(value),
        }
    }

    /// Whether the values of all names add up to a meaningful one.
    const fn is_sum(self) -> bool {
        !matches!(self, Self::P50 | Self::P95 | Self::Max)
    }
}

#[component]
pub(crate) fn Statistics(props: &StatisticsProps) -> Html {
    let sorted_by = use_state_eq(|| Column::Own);
    let shown = use_state_eq(|| NAMES_PER_PAGE);
    let deps = (
        props.trace.clone(),
        props.top,
        props.path.clone(),
        *sorted_by,
    );
    let all = use_memo(deps, |(trace, top, path, sorted_by)| {
        let mut all = figures(trace, *top, path.as_deref());
        all.sort_by_key(|figures| Reverse(sorted_by.value(figures)));
        all
    });
    let sort = |column: Column| {
        let sorted_by = sorted_by.clone();
        Callback::from(move |_: MouseEvent| sorted_by.set(column))
    };
    let row = |figures: &Figures| row(props, figures);
    html! {
        <section class="figures statistics" aria-label="Statistics" tabindex="0">
            <table>
                <caption>
                    { format!("{} by service and name. Self times add up to the time in which spans worked by themselves.", format::quantity(all.iter().map(|figures| figures.name.count).sum(), "span")) }
                </caption>
                <thead><tr>
                    <th scope="col">{ "Span" }</th>
                    <th scope="col">{ "Service" }</th>
                    for column in Column::ALL {
                        <th key={column.title()} scope="col" class="number" aria-sort={(*sorted_by == column).then_some("descending")}>
                            <button title={column.description()} onclick={sort(column)}>{ column.title() }</button>
                        </th>
                    }
                </tr></thead>
                <tbody>{ for all.iter().take(*shown).map(row) }</tbody>
                <tfoot>{ totals(&all) }</tfoot>
            </table>
            <MoreButton shown={shown.clone()} count={all.len()} page={NAMES_PER_PAGE} />
        </section>
    }
}

fn figures(trace: &Trace, top: Option<usize>, path: Option<&CriticalPath>) -> Vec<Figures> {
    let shares = path.map(|path| path.shares(trace)).unwrap_or_default();
    let shares: std::collections::HashMap<_, _> = shares
        .iter()
        .map(|share| ((share.service.as_str(), share.name.as_str()), share.nanos))
        .collect();
    let names = trace.statistics(top).into_iter();
    names
        .map(|name| Figures {
            path_nano: shares
                .get(&(name.service.as_str(), name.name.as_str()))
                .copied()
                .unwrap_or(0),
            name,
        })
        .collect()
}

fn row(props: &StatisticsProps, figures: &Figures) -> Html {
    let name = &figures.name;
    let node = name.node;
    html! {
        <tr key={node} class={lane_class(name.lane)}>
            <th scope="row">
                <button class="name-button" title="Select the first such span" onclick={props.on_select.reform(move |_| node)}>
                    <i class="swatch" aria-hidden="true" />{ text::name(display_name(&name.name)) }
                </button>
            </th>
            <td>{ text::name(&name.service) }</td>
            for column in Column::ALL {
                <td key={column.title()} class={cell_class(column, figures)}>{ column.text(column.value(figures)) }</td>
            }
        </tr>
    }
}

fn cell_class(column: Column, figures: &Figures) -> Classes {
    let value = column.value(figures);
    let is_zero = value == 0 && column.is_sum();
    let is_warning = value > 0 && column == Column::Errors;
    classes!(
        "number",
        is_zero.then_some("muted"),
        is_warning.then_some("warn")
    )
}

fn totals(all: &[Figures]) -> Html {
    let sum = |column: Column| {
        let values = all.iter().map(|figures| column.value(figures));
        column.text(values.fold(0, u64::saturating_add))
    };
    html! {
        <tr>
            <th scope="row">{ "Sum" }</th>
            <td />
            for column in Column::ALL {
                <td key={column.title()} class="number">{ if column.is_sum() { sum(column) } else { String::new() } }</td>
            }
        </tr>
    }
}
