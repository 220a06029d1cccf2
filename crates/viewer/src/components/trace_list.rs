//! The traces, newest first. Only the rows on the screen are in the document.

use trace_model::TraceId;
use web_sys::Element;
use yew::prelude::*;

use super::{
    empty::{Failed, NoMatch},
    filters::{Filters, clear_button},
    trace_row::TraceRow,
};
use crate::{
    format,
    hooks::{Url, use_now, use_viewport},
    live::{LIMIT, Live, Loaded},
};

/// CSS pixels; the stylesheet reads it as `--row`.
const ROW_HEIGHT: f64 = 68.0;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct TraceListProps {
    pub(crate) url: Url,
    pub(crate) live: Live,
}

#[component]
pub(crate) fn TraceList(props: &TraceListProps) -> Html {
    let count = props.live.traces.len();
    let more = if count >= LIMIT { "+" } else { "" };
    html! {
        <nav class="traces" aria-label="Traces">
            <div class="pane-heading">
                <h2>{ "Newest first" }</h2>
                { clear_button(&props.url) }
                <span class="count">{ format!("{}{more}", format::count(count as u64)) }</span>
            </div>
            <Filters url={props.url.clone()} traces={props.live.traces.clone()} />
            { body(props) }
        </nav>
    }
}

fn body(props: &TraceListProps) -> Html {
    let live = &props.live;
    let content = match &live.loaded {
        _ if !live.traces.is_empty() => html! { <Rows ..props.clone() /> },
        Loaded::NotYet => html! { <p class="note">{ "Loading…" }</p> },
        Loaded::Failed(error) => html! { <Failed text={error.to_string()} /> },
        Loaded::Yes if live.filter.is_empty() => html! { <p class="note">{ "No traces yet." }</p> },
        Loaded::Yes => html! { <NoMatch url={props.url.clone()} /> },
    };
    html! { <div class="traces-body">{ content }</div> }
}

#[component]
fn Rows(props: &TraceListProps) -> Html {
    let list = use_node_ref();
    let viewport = use_viewport(&list);
    let now = use_now();
    let traces = &props.live.traces;
    let selected = props.url.view.trace();
    let position = traces
        .iter()
        .position(|trace| Some(trace.trace_id) == selected);
    use_effect_with((selected, position.is_some()), {
        let list = list.clone();
        move |_| {
            let top = position.and_then(|position| viewport.reveal(position, ROW_HEIGHT));
            if let Some((list, top)) = list
                .cast::<Element>()
                .zip(top)
                .filter(|_| viewport.height > 0.0)
            {
                list.set_scroll_top(top as i32);
            }
        }
    });
    let on_open = use_open(&props.url);
    let row = |index: usize| {
        let trace = &traces[index];
        let age = format::age(now - trace.start_unix_nano as f64 / 1e6);
        let href = Url::href(&props.url.view.with_trace(trace.trace_id));
        html! {
            <TraceRow key={trace.trace_id.to_string()} trace={trace.clone()} {age} {href} on_open={on_open.clone()}
                selected={Some(trace.trace_id) == selected} top={index as f64 * ROW_HEIGHT} />
        }
    };
    let height = format!(
        "--row:{ROW_HEIGHT}px;height:{}px",
        traces.len() as f64 * ROW_HEIGHT
    );
    html! {
        <div class="scroll" ref={list}>
            <div class="rows" style={height}>
                { for viewport.rows(traces.len(), ROW_HEIGHT).map(row) }
            </div>
        </div>
    }
}

/// Stays the same while only the list changes, so that rows do not render for nothing.
#[hook]
fn use_open(url: &Url) -> Callback<TraceId> {
    use_callback(url.clone(), |id: TraceId, url| {
        url.push(&url.view.with_trace(id))
    })
}
