//! Actions: what users do, and how it goes.

use std::cmp::Ordering;

use otel_web_yew::use_route_template;
use trace_model::overview::{Action, Actions};
use yew::prelude::*;

use super::{frame::Frame, timeline::Timeline};
use crate::{
    components::{breakdown::BreakdownBar, link::Link},
    format,
    hooks::{OverviewRequest, Url, use_overview},
    overview_state::{OverviewPage, OverviewState},
    text,
};

/// A change of less than this many percent is not shown.
const MIN_CHANGE_PERCENT: f64 = 5.0;

/// The columns to sort by: the name in the address, the heading, the class, and the figure.
type Column = (&'static str, &'static str, &'static str, fn(&Action) -> f64);

const COLUMNS: [Column; 7] = [
    ("count", "Count", "", |action| action.count as f64),
    ("rate", "Per minute", "wide", |action| action.per_minute),
    ("p50", "p50", "wide", |action| action.p50_nano as f64),
    ("p95", "p95", "", |action| action.p95_nano as f64),
    ("p99", "p99", "wide", |action| action.p99_nano as f64),
    ("errors", "Errors", "", |action| {
        action.errors as f64 / action.count.max(1) as f64
    }),
    ("frustrated", "Frustrated", "wide", |action| {
        action.frustrated as f64
    }),
];

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct PageProps {
    pub(crate) url: Url,
    pub(crate) is_live: bool,
}

#[component]
pub(crate) fn ActionsPage(props: &PageProps) -> Html {
    use_route_template("/actions");
    let request = OverviewRequest::of(&props.url, "api/actions", "/api/actions");
    let overview = use_overview::<Actions>(request, props.is_live);
    let data = overview.state.data.clone();
    let note = data.as_ref().map(|actions| {
        let traces = format::quantity(usize::try_from(actions.traces).unwrap_or(usize::MAX), "trace");
        let left_out = match actions.left_out {
            0 => String::new(),
            count => format!(" {} rarer ones are left out.", format::count(count)),
        };
        html! { format!("What users do, and how it goes: {traces} by root span and route.{left_out}") }
    });
    html! {
        <Frame url={props.url.clone()} title={html! { "Actions" }} note={note.unwrap_or_default()} is_loaded={data.is_some()}
            coverage={data.as_ref().map(|data| data.coverage).unwrap_or_default()} error={overview.state.error.clone()}
            has_pending={overview.state.pending.is_some()} on_retry={overview.retry} on_show_pending={overview.show_pending} on_freeze={overview.freeze}>
            if let Some(actions) = data {
                if actions.actions.is_empty() {
                    <p class="note">{ "No traces in this time range." }</p>
                } else {
                    <Timeline url={props.url.clone()} actions={actions.clone()} />
                    { table(&props.url, &actions.actions) }
                }
            }
        </Frame>
    }
}

fn table(url: &Url, actions: &[Action]) -> Html {
    let sort = sorted_by(&url.view.overview.sort);
    let mut actions: Vec<&Action> = actions.iter().collect();
    actions.sort_by(|a, b| {
        let (a, b) = (sort.3(a), sort.3(b));
        b.partial_cmp(&a).unwrap_or(Ordering::Equal)
    });
    html! {
        <div class="table-scroll">
            <table class="figures-table">
                <caption class="visually-hidden">{ "Actions" }</caption>
                <thead><tr>
                    <th scope="col">{ "Action" }</th>
                    for column in COLUMNS {
                        { heading(url, column, sort.0) }
                    }
                    <th scope="col" class="wide">{ "Trend" }</th>
                    <th scope="col">{ "Time" }</th>
                    <th scope="col" class="number wide">{ "Slowest" }</th>
                </tr></thead>
                <tbody>{ for actions.into_iter().map(|action| row(url, action)) }</tbody>
            </table>
        </div>
    }
}

fn sorted_by(name: &str) -> Column {
    let column = COLUMNS.into_iter().find(|column| column.0 == name);
    column.unwrap_or(COLUMNS[0])
}

fn heading(url: &Url, (name, label, class, _): Column, sort: &str) -> Html {
    let is_sorted = name == sort;
    let onclick = {
        let url = url.clone();
        Callback::from(move |_| {
            let state = OverviewState {
                sort: name.to_owned(),
                ..url.view.overview.clone()
            };
            url.replace(&url.view.with_overview(state));
        })
    };
    html! {
        <th key={name} scope="col" class={classes!("number", class)} aria-sort={is_sorted.then_some("descending")}>
            <button class={classes!("sort", is_sorted.then_some("on"))} {onclick}>{ label }</button>
        </th>
    }
}

/// The heatmap of an action.
fn heatmap_view(url: &Url, action: &Action) -> crate::route::View {
    let state = OverviewState {
        name: action.name.clone(),
        route: action.route.clone(),
        service: action.service.clone(),
        ..url.view.overview.range_only()
    };
    url.view
        .with_page(OverviewPage::Heatmap)
        .with_overview(state)
}

fn row(url: &Url, action: &Action) -> Html {
    let previous = action.previous.as_ref();
    let errors = action.errors as f64 / action.count.max(1) as f64 * 100.0;
    let change = |now: u64, before: fn(&trace_model::overview::PreviousPeriod) -> u64| {
        previous.map(|previous| change(now, before(previous)))
    };
    let name = if action.name.is_empty() {
        "(no name)"
    } else {
        &action.name
    };
    html! {
        <tr key={format!("{}\0{}\0{}", action.service, action.name, action.route)}>
            <th scope="row">
                <Link url={url.clone()} view={heatmap_view(url, action)} class="action-name">{ text::name(name) }</Link>
                <span class="action-route">{ text::name(&action.route) }{ " " }<span class="muted">{ text::name(&action.service) }</span></span>
            </th>
            <td class="number">{ format::count(action.count) }{ change(action.count, |previous| previous.count) }</td>
            <td class="number wide">{ rate(action.per_minute) }</td>
            <td class="number wide">{ format::duration(action.p50_nano) }{ change(action.p50_nano, |previous| previous.p50_nano) }</td>
            <td class="number">{ format::duration(action.p95_nano) }{ change(action.p95_nano, |previous| previous.p95_nano) }</td>
            <td class="number wide">{ format::duration(action.p99_nano) }</td>
            <td class={classes!("number", (action.errors > 0).then_some("warn"))}>{ percent(errors) }</td>
            <td class="number wide">{ format::count(action.frustrated) }</td>
            <td class="wide">{ sparkline(&action.sparkline) }</td>
            <td class="action-time" title={shares(action)}>
                <span class="visually-hidden">{ shares(action) }</span>
                <BreakdownBar breakdown={action.breakdown} />
            </td>
            <td class="number wide">
                if let Some(slowest) = action.slowest {
                    <Link url={url.clone()} view={url.view.with_trace(slowest.trace_id)}>{ format::duration(slowest.duration_nano) }</Link>
                }
            </td>
        </tr>
    }
}

fn shares(action: &Action) -> String {
    let time = &action.breakdown;
    let total = time.total().max(1) as f64;
    let share = |nanos: u64| format!("{:.0} %", nanos as f64 / total * 100.0);
    format!(
        "Browser {}, network {}, back end {}, database {}",
        share(time.browser),
        share(time.network),
        share(time.backend),
        share(time.database)
    )
}

pub(super) fn percent(percent: f64) -> String {
    match percent {
        0.0 => "0 %".to_owned(),
        percent if percent < 1.0 => format!("{percent:.2} %"),
        percent if percent < 10.0 => format!("{percent:.1} %"),
        percent => format!("{percent:.0} %"),
    }
}

pub(super) fn rate(per_minute: f64) -> String {
    if per_minute < 0.01 {
        "< 0.01".to_owned()
    } else if per_minute < 10.0 {
        format!("{per_minute:.2}")
    } else {
        format::count(per_minute.round() as u64)
    }
}

/// The change since the period before, as an arrow with the percentage.
fn change(now: u64, before: u64) -> Html {
    if before == 0 {
        return html! {};
    }
    let percent = (now as f64 / before as f64 - 1.0) * 100.0;
    if percent.abs() < MIN_CHANGE_PERCENT {
        return html! {};
    }
    let arrow = if percent > 0.0 { "▲" } else { "▼" };
    html! {
        <span class="change" title="Compared with the period before">
            <span aria-hidden="true">{ arrow }</span>
            <span class="visually-hidden">{ if percent > 0.0 { "more by " } else { "less by " } }</span>
            { format!(" {:.0} %", percent.abs()) }
        </span>
    }
}

/// A line of columns, without numbers: the count is beside it.
pub(super) fn sparkline(counts: &[u32]) -> Html {
    let max = counts.iter().copied().max().unwrap_or_default().max(1);
    let width = counts.len().max(1);
    let bars = counts.iter().enumerate().filter(|(_, count)| **count > 0);
    let bars = bars.map(|(index, count)| {
        let height = (f64::from(*count) / f64::from(max) * 18.0).max(1.0);
        format!("M{},20v-{height:.1}", index as f64 + 0.5)
    });
    let path = bars.collect::<String>();
    html! {
        <svg class="sparkline" viewBox={format!("0 0 {width} 20")} preserveAspectRatio="none" aria-hidden="true"><path d={path} /></svg>
    }
}
