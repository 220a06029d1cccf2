//! A trace's row in the list. It is a link, so that it can be opened in a new tab.

use std::rc::Rc;

use trace_model::TraceSummary;
use yew::prelude::*;

use super::breakdown::BreakdownBar;
use crate::{format, text};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct TraceRowProps {
    pub(crate) trace: Rc<TraceSummary>,
    pub(crate) age: AttrValue,
    pub(crate) selected: bool,
    pub(crate) href: AttrValue,
    pub(crate) on_open: Callback<trace_model::TraceId>,
    /// CSS pixels from the top of the list.
    pub(crate) top: f64,
}

#[component]
pub(crate) fn TraceRow(props: &TraceRowProps) -> Html {
    let trace = &props.trace;
    let onclick = {
        let (on_open, id) = (props.on_open.clone(), trace.trace_id);
        Callback::from(move |event: MouseEvent| {
            // With a modifier, the browser opens the link in a new tab or window.
            if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
                event.prevent_default();
                on_open.emit(id);
            }
        })
    };
    html! {
        <a class={classes!("trace-row", props.selected.then_some("selected"))} href={&props.href} {onclick}
            style={format!("top:{}px", props.top)} aria-current={props.selected.then_some("true")}
            data-trace-id={trace.trace_id.to_string()} data-otel-action="trace.open">
            <span class="trace-name">
                <b>{ text::name(&name(trace)) }</b>
                { badge(trace) }
            </span>
            <span class="trace-duration">{ format::duration(trace.duration_nano) }</span>
            <span class="trace-info">{ info(trace) }</span>
            <span class="trace-age">{ &props.age }</span>
            <BreakdownBar breakdown={trace.breakdown} />
        </a>
    }
}

pub(crate) fn name(trace: &TraceSummary) -> String {
    if trace.name.is_empty() {
        "(no name)".to_owned()
    } else {
        trace.name.clone()
    }
}

/// Shows the HTTP status of a failed response, or else the number of failed spans.
pub(crate) fn badge(trace: &TraceSummary) -> Html {
    let text = match (trace.http_status, trace.error_count) {
        (Some(code), _) => code.to_string(),
        (None, 0) => return html! {},
        (None, 1) => "error".to_owned(),
        (None, count) => format!("{count} errors"),
    };
    let class = if trace.error_count > 0 {
        "badge badge-error"
    } else {
        "badge"
    };
    html! { <span {class}>{ text }</span> }
}

fn info(trace: &TraceSummary) -> String {
    let spans = format::quantity(trace.span_count, "span");
    let root = if trace.has_root {
        ""
    } else {
        " · root span missing"
    };
    let services = trace.services.iter().map(|name| text::isolated(name));
    let services = services.collect::<Vec<_>>().join(" → ");
    let clock = if trace.arrived_unix_nano.is_some() {
        " · wrong clock"
    } else {
        ""
    };
    format!("{spans}{clock} · {services}{root}")
}
