//! The differences between two traces: a sentence, and a table of all paths of names.

use std::cmp::Reverse;

use trace_model::{Change, ChangedField, ComparedPath, Comparison, Trace};
use yew::prelude::*;

use super::{
    attributes::MoreButton,
    long_text::LongText,
    span_row::{display_name, lane_class},
};
use crate::{format, shared::Shared, text};

/// The number of paths shown at first, and added by each "Show more".
const PATHS_PER_PAGE: usize = 200;

/// The maximum number of values of a changed field.
const MAX_VALUES: usize = 5;

/// The indentation of a level, and its maximum, in rem.
const INDENT_REM: f64 = 0.75;
const MAX_INDENT_REM: f64 = 12.0;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct ComparisonViewProps {
    /// The open trace.
    pub(crate) a: Shared<Trace>,
    /// The other one.
    pub(crate) b: Shared<Trace>,
    pub(crate) on_select: Callback<usize>,
}

#[component]
pub(crate) fn ComparisonView(props: &ComparisonViewProps) -> Html {
    let comparison = use_memo((props.a.clone(), props.b.clone()), |(a, b)| {
        Comparison::of(a, b)
    });
    let by_size = use_state_eq(|| false);
    let shown = use_state_eq(|| PATHS_PER_PAGE);
    let opened = use_state_eq(|| None::<usize>);
    let mut order: Vec<usize> = (0..comparison.paths.len()).collect();
    if *by_size {
        order.sort_by_key(|&path| Reverse(size(&comparison.paths[path])));
    }
    let largest = order
        .iter()
        .map(|&path| size(&comparison.paths[path]))
        .max()
        .unwrap_or(0);
    let on_sort = {
        let by_size = by_size.clone();
        Callback::from(move |_: MouseEvent| by_size.set(!*by_size))
    };
    let row = |path: usize| {
        let is_open = *opened == Some(path);
        let on_open = {
            let (opened, on_select) = (opened.clone(), props.on_select.clone());
            let node = comparison.paths[path].a.nodes.first().copied();
            Callback::from(move |_: MouseEvent| {
                opened.set((!is_open).then_some(path));
                if let Some(node) = node {
                    on_select.emit(node);
                }
            })
        };
        html! {
            <>
                { path_row(path, &comparison.paths[path], (largest, *by_size), is_open, on_open) }
                if is_open {
                    { changes_row(path, &comparison, props) }
                }
            </>
        }
    };
    html! {
        <>
            <p class="compare-verdict" role="status">{ verdict(props, &comparison) }</p>
            <button class={classes!("chip", by_size.then_some("on"))} aria-pressed={by_size.to_string()} onclick={on_sort}>{ "Largest differences first" }</button>
            <div class="figures" tabindex="0" role="region" aria-label="Differences">
                <table>
                    <caption>{ "Spans with the same path of names. Differences are those of the other trace to this one: + is longer there." }</caption>
                    <thead><tr>
                        <th scope="col">{ "Span" }</th>
                        <th scope="col">{ "Service" }</th>
                        <th scope="col" class="number">{ "Spans" }</th>
                        <th scope="col" class="number">{ "This trace" }</th>
                        <th scope="col" class="number">{ "Other trace" }</th>
                        <th scope="col" class="number">{ "Difference" }</th>
                    </tr></thead>
                    <tbody>{ for order.into_iter().take(*shown).map(row) }</tbody>
                </table>
                <MoreButton shown={shown.clone()} count={comparison.paths.len()} page={PATHS_PER_PAGE} />
            </div>
        </>
    }
}

/// The size of the difference of the spans' own times.
const fn size(path: &ComparedPath) -> u64 {
    path.a.self_nano.abs_diff(path.b.self_nano)
}

/// Says which trace took longer, and which spans made most of the difference.
fn verdict(props: &ComparisonViewProps, comparison: &Comparison) -> Html {
    let durations = [&props.a, &props.b].map(|trace| trace.extent().duration());
    let [a, b] = durations;
    let size = format::duration(a.abs_diff(b));
    let sentence = match b.cmp(&a) {
        std::cmp::Ordering::Equal => "Both traces took the same time.".to_owned(),
        longer => format!(
            "The other trace took {size} {}: {} instead of {}.",
            if longer.is_gt() { "longer" } else { "less" },
            format::duration(b),
            format::duration(a)
        ),
    };
    let most = comparison.main_difference(b > a).filter(|_| a != b);
    let most = most.map(|path| &comparison.paths[path]);
    let count =
        |is: fn(&ComparedPath) -> bool| comparison.paths.iter().filter(|path| is(path)).count();
    let (missing, added) = (
        count(ComparedPath::is_missing),
        count(ComparedPath::is_added),
    );
    html! {
        <>
            { sentence }
            if let Some(path) = most {
                { " Most of it in " }<b>{ text::name(display_name(&path.name)) }</b>{ format!(": {}.", signed(path.self_difference_nano())) }
            }
            if missing + added > 0 {
                { format!(" {} only here, {} only there.", format::quantity(missing, "path"), added) }
            }
        </>
    }
}

fn signed(nanos: i64) -> String {
    let sign = match nanos.signum() {
        -1 => "−",
        0 => "",
        _ => "+",
    };
    format!("{sign}{}", format::duration(nanos.unsigned_abs()))
}

fn path_row(
    index: usize,
    path: &ComparedPath,
    (largest, is_flat): (u64, bool),
    is_open: bool,
    on_open: Callback<MouseEvent>,
) -> Html {
    let indent = if is_flat {
        0.0
    } else {
        path.depth as f64 * INDENT_REM
    };
    let mark = match (path.is_missing(), path.is_added()) {
        (true, _) => Some(("only here", "missing")),
        (_, true) => Some(("only there", "added")),
        _ => None,
    };
    let counts = match (path.a.nodes.len(), path.b.nodes.len()) {
        (a, b) if a == b => format::count(a as u64),
        (a, b) => format!("{} → {}", format::count(a as u64), format::count(b as u64)),
    };
    let time = |is_absent: bool, nanos| {
        if is_absent {
            "–".to_owned()
        } else {
            format::duration(nanos)
        }
    };
    let nanos = path.difference_nano();
    let width = size(path) as f64 / largest.max(1) as f64 * 100.0;
    let class = classes!(lane_class(path.lane), mark.map(|(_, class)| class));
    html! {
        <tr key={index} {class}>
            <th scope="row" style={format!("padding-left:{:.2}rem", indent.min(MAX_INDENT_REM))}>
                <button class="name-button" aria-expanded={is_open.to_string()} title="Show what changed" onclick={on_open}>
                    <i class="swatch" aria-hidden="true" />{ text::name(display_name(&path.name)) }
                    if let Some((text, _)) = mark {
                        <span class="badge">{ text }</span>
                    }
                </button>
            </th>
            <td>{ text::name(&path.service) }</td>
            <td class="number">{ counts }</td>
            <td class="number">{ time(path.is_added(), path.a.total_nano) }</td>
            <td class="number">{ time(path.is_missing(), path.b.total_nano) }</td>
            <td class={classes!("number", "difference", if nanos > 0 { "longer" } else { "shorter" })}>
                <i class="size" style={format!("width:{width:.1}%")} aria-hidden="true" />
                { signed(nanos) }
            </td>
        </tr>
    }
}

/// The changed fields of a path's spans.
fn changes_row(index: usize, comparison: &Comparison, props: &ComparisonViewProps) -> Html {
    let changes = comparison.changes(index, &props.a, &props.b);
    let path = &comparison.paths[index];
    let note = if path.is_missing() || path.is_added() {
        "Only one of the traces has these spans."
    } else if changes.is_empty() {
        "Status and attributes are the same."
    } else {
        ""
    };
    html! {
        <tr key={format!("changes {index}")} class="changes">
            <td colspan="6">
                if note.is_empty() {
                    <dl>{ for changes.iter().map(change) }</dl>
                } else {
                    <p class="muted">{ note }</p>
                }
            </td>
        </tr>
    }
}

fn change(change: &Change) -> Html {
    let (kind, key) = match &change.field {
        ChangedField::Status => ("", "status"),
        ChangedField::Attribute(key) => ("", key.as_str()),
        ChangedField::Resource(key) => ("resource ", key.as_str()),
    };
    html! {
        <div key={format!("{kind}{key}")}>
            <dt>{ kind }{ text::name(key) }</dt>
            <dd>{ values(&change.a) }<span aria-label="became">{ " → " }</span>{ values(&change.b) }</dd>
        </div>
    }
}

fn values(values: &[String]) -> Html {
    if values.is_empty() {
        return html! { <span class="muted">{ "absent" }</span> };
    }
    let more = values.len().saturating_sub(MAX_VALUES);
    html! {
        <>
            for (number, value) in values.iter().take(MAX_VALUES).enumerate() {
                <span key={number} class="changed-value"><LongText text={value.clone()} /></span>
            }
            if more > 0 {
                <span class="muted">{ format!(" and {} more", format::count(more as u64)) }</span>
            }
        </>
    }
}
