//! The traces, newest first. Only the rows on the screen are in the document.

use trace_model::TraceId;
use web_sys::Element;
use yew::prelude::*;

use super::{
    empty::{Failed, NoMatch, NotUpToDate},
    filters::{Filters, clear_button},
    trace_row::TraceRow,
};
use crate::{
    format,
    hooks::{Dispatch, Url, use_now, use_viewport},
    live::{Action, Live, Loaded, More},
};

/// CSS pixels; the stylesheet reads it as `--row`.
const ROW_HEIGHT: f64 = 68.0;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct TraceListProps {
    pub(crate) url: Url,
    pub(crate) live: Live,
    pub(crate) dispatch: Dispatch,
}

/// Pages that are asked for by themselves to find the open trace in the list.
const MAX_SOUGHT: usize = 10_000;

#[component]
pub(crate) fn TraceList(props: &TraceListProps) -> Html {
    let count = props.live.traces.len();
    let more = if props.live.next.is_some() { "+" } else { "" };
    html! {
        <nav class="traces" aria-label="Traces">
            <div class="pane-heading">
                // In a place of its own, so that it moves no row.
                { new_button(props) }
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
        Loaded::Failed(error) => {
            html! { <Failed text={error.to_string()} on_retry={retry(props)} /> }
        }
        Loaded::Yes if live.query.is_empty() => html! { <p class="note">{ "No traces yet." }</p> },
        Loaded::Yes => html! {
            <>
                <NoMatch key="none" url={props.url.clone()} searched_all={live.next.is_none()} />
                { older(props) }
            </>
        },
    };
    let problem = match &live.loaded {
        Loaded::Failed(error) if !live.traces.is_empty() => Some(error.to_string()),
        _ => None,
    };
    html! {
        <div class="traces-body">
            if let Some(text) = problem {
                <NotUpToDate key="problem" what="This list is not up to date." {text} on_retry={retry(props)} />
            }
            { content }
        </div>
    }
}

fn retry(props: &TraceListProps) -> Callback<()> {
    let dispatch = props.dispatch.clone();
    Callback::from(move |()| dispatch.dispatch(Action::Retry))
}

fn on_click(props: &TraceListProps, action: fn() -> Action) -> Callback<MouseEvent> {
    let dispatch = props.dispatch.clone();
    Callback::from(move |_| dispatch.dispatch(action()))
}

/// Says that new rows wait, and shows them; else what the order is.
fn new_button(props: &TraceListProps) -> Html {
    let waiting = props.live.waiting.len();
    if waiting == 0 {
        return html! { <h2>{ "Newest first" }</h2> };
    }
    let label = format!("{} new", format::count(waiting as u64));
    let show = on_click(props, || Action::ShowNew);
    let onclick = Callback::from(move |event: MouseEvent| {
        scroll_to_top(&event);
        show.emit(event);
    });
    html! { <button class="new-traces" title="Show them at the top" {onclick}>{ label }</button> }
}

/// Scrolls the list of the button that was clicked to where its new rows are.
fn scroll_to_top(event: &MouseEvent) {
    let button = event.target_dyn_into::<Element>();
    let list = button.and_then(|button| button.closest("nav").ok().flatten());
    let scroll = list.and_then(|list| list.query_selector(".scroll").ok().flatten());
    if let Some(scroll) = scroll {
        scroll.set_scroll_top(0);
    }
}

/// What is at the list's end: more, or why there is none.
fn older(props: &TraceListProps) -> Html {
    let live = &props.live;
    if live.next.is_none() {
        return html! {};
    }
    let label = if live.cut_short {
        "Search older traces"
    } else {
        "Show older traces"
    };
    let (note, label) = match &live.more {
        More::Loading => return html! { <p class="older" key="older">{ "Loading…" }</p> },
        More::Failed(error) => (error.to_string(), "Try again"),
        More::No if live.cut_short => (
            "The search took too long to look at all traces.".to_owned(),
            label,
        ),
        More::No => (String::new(), label),
    };
    html! {
        <div class="older" key="older" role="status">
            <span>{ note }</span>
            <button class="button" onclick={on_click(props, || Action::More)}>{ label }</button>
        </div>
    }
}

/// Rows stay where they are while the pointer is over them, while the list is scrolled, and
/// wherever a finger may come down at any time.
#[hook]
fn use_hold(
    dispatch: &Dispatch,
    is_scrolled: bool,
) -> (Callback<PointerEvent>, Callback<PointerEvent>) {
    let is_over = use_state_eq(|| false);
    let is_touched = *use_memo((), |()| {
        let window = web_sys::window();
        let query =
            window.and_then(|window| window.match_media("(pointer: coarse)").ok().flatten());
        query.is_some_and(|query| query.matches())
    });
    let dispatch = dispatch.clone();
    use_effect_with(*is_over || is_scrolled || is_touched, move |&held| {
        dispatch.dispatch(Action::Hold(held));
    });
    let over = |is_over: UseStateHandle<bool>, value| {
        Callback::from(move |_: PointerEvent| is_over.set(value))
    };
    (over(is_over.clone(), true), over(is_over, false))
}

/// After a reload the open trace may be on a later page: looks for it there, as far as it is
/// worth it.
#[hook]
fn use_seek(props: &TraceListProps, is_listed: bool) {
    let live = &props.live;
    let is_done = use_mut_ref(|| false);
    let may_seek = live.query.is_empty()
        && live.loaded == Loaded::Yes
        && live.more == More::No
        && live.next.is_some()
        && live.traces.len() < MAX_SOUGHT;
    let opened = use_mut_ref(|| props.url.view.trace());
    let is_sought = *opened.borrow() == props.url.view.trace() && opened.borrow().is_some();
    let dispatch = props.dispatch.clone();
    use_effect_with((live.traces.len(), may_seek), move |&(_, may_seek)| {
        if is_listed || !is_sought {
            *is_done.borrow_mut() = true;
        } else if may_seek && !*is_done.borrow() {
            dispatch.dispatch(Action::More);
        }
    });
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
    let measured = viewport.height > 0.0;
    let is_scrolled = viewport.top > ROW_HEIGHT / 2.0;
    let (on_enter, on_leave) = use_hold(&props.dispatch, is_scrolled);
    use_seek(props, position.is_some());
    // Only when another trace is opened, or the list has come so far: never while one scrolls.
    use_effect_with((selected, position.is_some(), measured), {
        let list = list.clone();
        move |_| {
            let top = position.and_then(|position| viewport.reveal(position, ROW_HEIGHT));
            if let Some((list, top)) = list.cast::<Element>().zip(top).filter(|_| measured) {
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
        <div class="scroll" ref={list} onpointerenter={on_enter} onpointerleave={on_leave}>
            <div class="rows" key="rows" style={height}>
                { for viewport.rows(traces.len(), ROW_HEIGHT).map(row) }
            </div>
            { older(props) }
        </div>
    }
}

/// Stays the same while only the list changes, so that rows do not render for nothing.
#[hook]
fn use_open(url: &Url) -> Callback<TraceId> {
    use_callback(url.clone(), |id: TraceId, url| {
        // The trace that is open stays as it is, with its selection and folds.
        if url.view.trace() != Some(id) {
            url.push(&url.view.with_trace(id));
        }
    })
}
