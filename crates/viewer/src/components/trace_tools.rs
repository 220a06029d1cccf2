//! The tools of the waterfall: find, next error, level, subtree.

use std::rc::Rc;

use trace_model::Trace;
use web_sys::{HtmlElement, HtmlSelectElement, KeyboardEvent};
use yew::prelude::*;

use super::span_row::name;
use crate::{
    format,
    hooks::{Typing, Url, use_typing},
    layout::found::{self, Found},
    route::{Others, View},
    shared::Shared,
    text,
};

/// The id of the input, to which a key moves the focus.
pub(crate) const FIND_ID: &str = "find";

/// Levels to choose from.
const MAX_LEVEL: usize = 8;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct TraceToolsProps {
    pub(crate) url: Url,
    pub(crate) trace: Shared<Trace>,
    pub(crate) found: Rc<Option<Found>>,
    /// The indices of failed spans.
    pub(crate) errors: Rc<Vec<usize>>,
    pub(crate) top: Option<usize>,
    pub(crate) selected: Option<usize>,
    pub(crate) on_select: Callback<usize>,
}

#[component]
pub(crate) fn TraceTools(props: &TraceToolsProps) -> Html {
    html! {
        <div class="trace-tools" role="group" aria-label="Tools of the waterfall">
            <FindBox ..props.clone() />
            if !props.errors.is_empty() {
                { next_error(props) }
            }
            { level_select(props) }
            if let Some(top) = props.top {
                { subtree(props, top) }
            }
        </div>
    }
}

/// Selects the next one of some spans.
pub(crate) fn select_next(
    spans: &[usize],
    selected: Option<usize>,
    is_backward: bool,
    on_select: &Callback<usize>,
) {
    if let Some(position) = found::next(spans, selected, is_backward) {
        on_select.emit(spans[position]);
    }
}

#[component]
fn FindBox(props: &TraceToolsProps) -> Html {
    let url = &props.url;
    let Typing {
        text,
        oninput,
        onblur,
    } = use_typing(url, |view| &view.find, View::with_find);
    let found = props.found.as_ref().as_ref();
    let step = |is_backward: bool| {
        let (props, found) = (props.clone(), props.found.clone());
        Callback::from(move |_: MouseEvent| {
            if let Some(found) = found.as_ref() {
                select_next(&found.spans, props.selected, is_backward, &props.on_select);
            }
        })
    };
    let problem = found.and_then(|found| found.problem.clone());
    html! {
        <span class="find">
            <input id={FIND_ID} type="search" aria-label="Find spans in this trace" autocomplete="off" spellcheck="false"
                placeholder="Find in trace" title="Text, or the query language of the list: kind:client duration>5ms (f)"
                aria-describedby="find-result" aria-invalid={problem.is_some().then_some("true")}
                value={text} {oninput} {onblur} onkeydown={on_find_key(props)} />
            <span id="find-result" class="find-result" role="status" title={problem.clone()}>{ result(props, found) }</span>
            if found.is_some_and(|found| !found.spans.is_empty()) {
                <button class="key-button" aria-label="Previous span found" title="Previous (N)" onclick={step(true)}>{ "↑" }</button>
                <button class="key-button" aria-label="Next span found" title="Next (n)" onclick={step(false)}>{ "↓" }</button>
            }
            if found.is_some() {
                { others_select(url) }
            }
        </span>
    }
}

/// Says how many spans were found, and which of them is selected.
fn result(props: &TraceToolsProps, found: Option<&Found>) -> String {
    let Some(found) = found else {
        return String::new();
    };
    if let Some(problem) = &found.problem {
        return problem.clone();
    }
    let position = props
        .selected
        .and_then(|selected| found.spans.binary_search(&selected).ok());
    let count = format::count(found.spans.len() as u64);
    match (position, found.spans.len()) {
        (_, 0) => "none".to_owned(),
        (Some(position), _) => format!("{} of {count}", format::count(position as u64 + 1)),
        (None, _) => format!("{count} found"),
    }
}

/// Enter selects the next span, Shift and Enter the previous one, Escape leaves.
fn on_find_key(props: &TraceToolsProps) -> Callback<KeyboardEvent> {
    let props = props.clone();
    Callback::from(move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" => {
            event.prevent_default();
            if let Some(found) = props.found.as_ref() {
                let is_backward = event.shift_key();
                select_next(&found.spans, props.selected, is_backward, &props.on_select);
            }
        }
        "Escape" => {
            event.stop_propagation();
            if let Some(input) = event.target_dyn_into::<HtmlElement>() {
                // If it fails, the focus stays where it is.
                let _ = input.blur();
            }
        }
        _ => {}
    })
}

fn others_select(url: &Url) -> Html {
    let current = url.view.others;
    let onchange = {
        let url = url.clone();
        Callback::from(move |event: Event| {
            let others = Others::from_name(&value(&event));
            url.replace(&url.view.with_others(others));
        })
    };
    let title = |others: Others| match others {
        Others::Shown => "Mark found",
        Others::Dimmed => "Dim others",
        Others::Hidden => "Hide others",
    };
    html! {
        <select class="chip" aria-label="Other spans" {onchange}>
            for others in Others::ALL {
                <option key={others.name()} value={others.name()} selected={others == current}>{ title(others) }</option>
            }
        </select>
    }
}

fn value(event: &Event) -> String {
    let select = event.target_dyn_into::<HtmlSelectElement>();
    select.map(|select| select.value()).unwrap_or_default()
}

fn next_error(props: &TraceToolsProps) -> Html {
    let onclick = {
        let props = props.clone();
        Callback::from(move |_: MouseEvent| {
            select_next(&props.errors, props.selected, false, &props.on_select);
        })
    };
    html! {
        <button class="chip chip-error" title="Select the next failed span (e)" {onclick}>
            { format!("Next of {}", format::quantity(props.errors.len(), "error")) }
        </button>
    }
}

fn level_select(props: &TraceToolsProps) -> Html {
    let url = &props.url;
    let deepest = props.trace.nodes().iter().map(|node| node.depth + 1).max();
    let levels = deepest.unwrap_or(1).saturating_sub(1).min(MAX_LEVEL);
    if levels == 0 {
        return html! {};
    }
    let current = url.view.level;
    let onchange = {
        let url = url.clone();
        Callback::from(move |event: Event| {
            url.replace(&url.view.with_level(value(&event).parse().ok()));
        })
    };
    html! {
        <select class={classes!("chip", current.is_some().then_some("on"))} aria-label="Levels" {onchange}>
            <option value="" selected={current.is_none()}>{ "All levels" }</option>
            for level in 1..=levels {
                <option key={level} value={level.to_string()} selected={current == Some(level)}>{ format::quantity(level, "level") }</option>
            }
        </select>
    }
}

/// Names the subtree that is shown, with a way back.
fn subtree(props: &TraceToolsProps, top: usize) -> Html {
    let url = props.url.clone();
    let onclick = Callback::from(move |_: MouseEvent| url.push(&url.view.with_top(None)));
    html! {
        <span class="subtree" role="status">
            { "Below " }<b>{ text::name(name(&props.trace.nodes()[top])) }</b>
            <button class="text-button" {onclick}>{ "Whole trace" }</button>
        </span>
    }
}
