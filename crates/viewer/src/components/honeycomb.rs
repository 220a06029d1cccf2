//! A trace as Honeycomb stores it: events with columns, and how many it counts.

use std::collections::BTreeMap;

use trace_model::{
    Trace, Value,
    honeycomb::{self, HoneycombEvent, HoneycombEventKind},
};
use yew::prelude::*;

use super::long_text::LongText;
use crate::{format, shared::Shared, text};

/// The maximum number of events of a span whose columns are shown.
const MAX_EVENTS: usize = 20;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct HoneycombProps {
    pub(crate) trace: Shared<Trace>,
    /// The selected span.
    pub(crate) selected: Option<usize>,
}

/// How many events Honeycomb counts for a trace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Counts {
    spans: usize,
    span_events: usize,
    links: usize,
    by_dataset: BTreeMap<String, usize>,
}

impl Counts {
    fn of(trace: &Trace) -> Self {
        let mut counts = Self::default();
        for node in trace.nodes() {
            let span = &node.span;
            counts.spans += 1;
            counts.span_events += span.events.len();
            counts.links += span.links.len();
            let dataset = honeycomb::dataset(span);
            *counts.by_dataset.entry(dataset).or_default() += honeycomb::event_count(span);
        }
        counts
    }

    const fn total(&self) -> usize {
        self.spans + self.span_events + self.links
    }
}

#[component]
pub(crate) fn Honeycomb(props: &HoneycombProps) -> Html {
    let counts = use_memo(props.trace.clone(), |trace| Counts::of(trace));
    let events = use_memo(
        (props.trace.clone(), props.selected),
        |(trace, selected)| {
            let span = selected.map(|index| &trace.nodes()[index].span);
            let mut events = span.map(honeycomb::events).unwrap_or_default();
            // The span itself comes last.
            events.reverse();
            events
        },
    );
    let more = events.len().saturating_sub(MAX_EVENTS);
    html! {
        <section class="vendor" aria-label="Honeycomb">
            <p>
                { "Honeycomb counts " }<b>{ format::quantity(counts.total(), "event") }</b>
                { format!(" for this trace: {}, {} and {}.",
                    format::quantity(counts.spans, "span"),
                    format::quantity(counts.span_events, "span event"),
                    format::quantity(counts.links, "link")) }
            </p>
            <p class="muted">
                { "Datasets: " }
                for (number, (dataset, count)) in counts.by_dataset.iter().enumerate() {
                    <span key={dataset.clone()}>
                        if number > 0 { { ", " } }
                        { text::name(dataset) }{ format!(" {}", format::count(*count as u64)) }
                    </span>
                }
                { ". Columns follow the rules of Honeycomb's translation library, husky 0.43." }
            </p>
            <div class="figures" tabindex="0" role="region" aria-label="Columns">
                { for events.iter().take(MAX_EVENTS).enumerate().map(|(number, own)| event(number, own)) }
                if more > 0 {
                    <p class="muted">{ format!("{} more events of this span are not shown.", format::count(more as u64)) }</p>
                }
            </div>
        </section>
    }
}

fn event(number: usize, own: &HoneycombEvent) -> Html {
    let title = match own.kind {
        HoneycombEventKind::Span => "The selected span",
        HoneycombEventKind::SpanEvent => "Its span event",
        HoneycombEventKind::Link => "Its link",
    };
    let rate = match own.sample_rate {
        1 => String::new(),
        rate => format!(", stands for {}", format::quantity(rate as usize, "event")),
    };
    html! {
        <table key={number} class="columns">
            <caption>{ title }{ ", in dataset " }{ text::name(&own.dataset) }{ rate }</caption>
            <thead><tr><th scope="col">{ "Column" }</th><th scope="col">{ "Value" }</th><th scope="col">{ "Type" }</th></tr></thead>
            <tbody>
                for (key, value) in &own.columns {
                    <tr key={key.clone()}>
                        <th scope="row">{ text::name(key) }</th>
                        <td><LongText text={value.to_string()} /></td>
                        <td class="muted">{ kind(value) }</td>
                    </tr>
                }
            </tbody>
        </table>
    }
}

/// Returns the type of a column in Honeycomb.
const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Bool(_) => "boolean",
        Value::Int(_) => "integer",
        Value::Double(_) => "float",
        _ => "string",
    }
}
