//! The filter controls above the trace list. Each edits one term of the query.

use std::rc::Rc;

use trace_model::TraceSummary;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::{
    hooks::Url,
    query::{self, Comparison, Condition, NANOS_PER_MS, Query, StatusFilter},
};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct FiltersProps {
    pub(crate) url: Url,
    /// The source of the services to choose from.
    pub(crate) traces: Rc<Vec<Rc<TraceSummary>>>,
}

const DURATIONS: [(f64, &str); 4] = [
    (10.0, "> 10 ms"),
    (100.0, "> 100 ms"),
    (500.0, "> 500 ms"),
    (1_000.0, "> 1 s"),
];

#[component]
pub(crate) fn Filters(props: &FiltersProps) -> Html {
    let query = query::parse(&props.url.view.query).query;
    let errors = query::has_errors(&query);
    html! {
        <div class="filters" role="group" aria-label="Filters">
            <button class={classes!("chip", "chip-error", errors.then_some("on"))} aria-pressed={errors.to_string()}
                onclick={toggle_errors(&props.url, errors)}>{ "Errors" }</button>
            <ServiceSelect url={props.url.clone()} traces={props.traces.clone()} />
            { duration_select(&props.url, &query) }
        </div>
    }
}

/// A button that removes all terms of the query. Its element stays if there are none.
pub(super) fn clear_button(url: &Url) -> Html {
    let is_filtered = !query::parse(&url.view.query).query.is_empty();
    let onclick = change(url, |_: MouseEvent, query| *query = Query::default());
    html! {
        <span class="clear-filters">
            if is_filtered {
                <button class="text-button" {onclick}>{ "Clear filters" }</button>
            }
        </span>
    }
}

/// Returns a callback that edits the query in the address.
fn change<E: 'static>(url: &Url, edit: impl Fn(E, &mut Query) + 'static) -> Callback<E> {
    let url = url.clone();
    Callback::from(move |event| {
        let mut query = query::parse(&url.view.query).query;
        edit(event, &mut query);
        url.push(&url.view.with_query(query.to_string()));
    })
}

fn toggle_errors(url: &Url, errors: bool) -> Callback<MouseEvent> {
    change(url, move |_, query| {
        let condition = (!errors).then_some(Condition::Status(StatusFilter::Error));
        query.replace(query::is_status, condition);
    })
}

fn chosen(event: &Event) -> Option<String> {
    let value = event.target_dyn_into::<HtmlSelectElement>()?.value();
    (!value.is_empty()).then_some(value)
}

fn duration_select(url: &Url, query: &Query) -> Html {
    let onchange = change(url, |event: Event, query: &mut Query| {
        let chosen = chosen(&event).and_then(|value| value.parse::<f64>().ok());
        let more_than = |ms| Condition::Duration(Comparison::Greater, (ms * NANOS_PER_MS) as u64);
        query.replace(query::is_min_duration, chosen.map(more_than));
    });
    let current = query::min_duration_ms(query);
    let typed = current.filter(|ms| DURATIONS.iter().all(|(preset, _)| preset != ms));
    html! {
        <select class={classes!("chip", current.is_some().then_some("on"))} aria-label="Duration" {onchange}>
            <option value="" selected={current.is_none()}>{ "Any duration" }</option>
            for (ms, label) in DURATIONS {
                <option key={label} value={ms.to_string()} selected={current == Some(ms)}>{ label }</option>
            }
            // A duration from the search box that is not a preset.
            if let Some(ms) = typed {
                <option key="typed" value={ms.to_string()} selected=true>{ format!("> {ms} ms") }</option>
            }
        </select>
    }
}

#[component]
fn ServiceSelect(props: &FiltersProps) -> Html {
    let services = use_memo(props.traces.clone(), |traces| {
        let all = traces
            .iter()
            .flat_map(|trace| trace.services.iter().cloned());
        all.collect::<std::collections::BTreeSet<_>>()
    });
    let current = query::service(&query::parse(&props.url.view.query).query);
    let typed = current
        .iter()
        .filter(|service| !services.contains(*service));
    let options = services.iter().chain(typed);
    let onchange = change(&props.url, |event: Event, query: &mut Query| {
        query.replace(query::is_service, chosen(&event).map(Condition::Service));
    });
    html! {
        <select class={classes!("chip", current.is_some().then_some("on"))} aria-label="Service" {onchange}>
            <option value="" selected={current.is_none()}>{ "All services" }</option>
            for service in options {
                <option key={service.as_str()} value={service.clone()} selected={current.as_ref() == Some(service)}>{ service }</option>
            }
        </select>
    }
}
