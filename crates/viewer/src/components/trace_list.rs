//! The trace list, newest first. Only visible rows are in the document.

use trace_model::TraceId;
use web_sys::Element;
use yew::prelude::*;

use super::{
    filters::{Filters, clear_button},
    notices::{LoadError, NoMatch, StaleNotice},
    trace_row::TraceRow,
};
use crate::{
    format,
    hooks::{Dispatch, Url, rem_scale, use_now, use_viewport},
    live::{Action, Live, Loaded, NextPage},
};

/// The stylesheet's `--row` at the usual font size.
const ROW_HEIGHT_PX: f64 = 68.0;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct TraceListProps {
    pub(crate) url: Url,
    pub(crate) live: Live,
    pub(crate) dispatch: Dispatch,
}

/// The search for the open trace in the list ends at this number of traces.
const MAX_SEARCHED_TRACES: usize = 10_000;

#[component]
pub(crate) fn TraceList(props: &TraceListProps) -> Html {
    let count = props.live.traces.len();
    let more = if props.live.next_cursor.is_some() {
        "+"
    } else {
        ""
    };
    html! {
        <nav class="traces" aria-label="Traces">
            <div class="pane-heading">
                // Outside of the rows, so that it does not move them.
                { heading(props) }
                { clear_button(&props.url) }
                // The count is unknown until the list is loaded.
                if count > 0 || props.live.loaded == Loaded::Yes {
                    <span class="count">{ format!("{}{more}", format::count(count as u64)) }</span>
                }
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
            html! { <LoadError text={error.to_string()} on_retry={retry(props)} /> }
        }
        Loaded::Yes if live.query.is_empty() => html! { <p class="note">{ "No traces yet." }</p> },
        Loaded::Yes => html! {
            <>
                <NoMatch key="none" url={props.url.clone()} searched_all={live.next_cursor.is_none()} />
                { next_page(props) }
            </>
        },
    };
    let refresh_error = match &live.loaded {
        Loaded::Failed(error) if !live.traces.is_empty() => Some(error.to_string()),
        _ => None,
    };
    html! {
        <div class="traces-body">
            if let Some(text) = refresh_error {
                <StaleNotice key="stale" title="This list is not up to date." {text} on_retry={retry(props)} />
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

/// A button that shows pending rows, or else the order of the list.
fn heading(props: &TraceListProps) -> Html {
    let pending = props.live.pending.len();
    if pending == 0 {
        return html! { <h2>{ "Newest first" }</h2> };
    }
    let label = format!("{} new", format::count(pending as u64));
    let show = on_click(props, || Action::ShowPending);
    let onclick = Callback::from(move |event: MouseEvent| {
        scroll_to_top(&event);
        show.emit(event);
    });
    html! { <button class="new-traces" title="Show new traces at the top" {onclick}>{ label }</button> }
}

/// Scrolls to the new rows in the list of the clicked button.
fn scroll_to_top(event: &MouseEvent) {
    let button = event.target_dyn_into::<Element>();
    let list = button.and_then(|button| button.closest("nav").ok().flatten());
    let scroll = list.and_then(|list| list.query_selector(".scroll").ok().flatten());
    if let Some(scroll) = scroll {
        scroll.set_scroll_top(0);
    }
}

/// The end of the list: a button that loads the next page, or the state of that request.
fn next_page(props: &TraceListProps) -> Html {
    let live = &props.live;
    if live.next_cursor.is_none() {
        return html! {};
    }
    let label = if live.cut_short {
        "Search older traces"
    } else {
        "Show older traces"
    };
    let (note, label) = match &live.next_page {
        NextPage::Loading => {
            return html! { <p class="next-page" key="next page">{ "Loading…" }</p> };
        }
        NextPage::Failed(error) => (error.to_string(), "Try again"),
        NextPage::NotRequested if live.cut_short => (
            "The search stopped at its time limit, before it had searched all traces.".to_owned(),
            label,
        ),
        NextPage::NotRequested => (String::new(), label),
    };
    html! {
        <div class="next-page" key="next page" role="status">
            <span>{ note }</span>
            <button class="button" onclick={on_click(props, || Action::LoadNextPage)}>{ label }</button>
        </div>
    }
}

/// Freezes the rows while the pointer is over them, while the list is scrolled, and always on a
/// touch screen. Returns the callbacks for the pointer entering and leaving.
#[hook]
fn use_freeze(
    dispatch: &Dispatch,
    is_scrolled: bool,
) -> (Callback<PointerEvent>, Callback<PointerEvent>) {
    let is_over = use_state_eq(|| false);
    let is_touch_screen = *use_memo((), |()| {
        let window = web_sys::window();
        let query =
            window.and_then(|window| window.match_media("(pointer: coarse)").ok().flatten());
        query.is_some_and(|query| query.matches())
    });
    let dispatch = dispatch.clone();
    use_effect_with(*is_over || is_scrolled || is_touch_screen, move |&frozen| {
        dispatch.dispatch(Action::Freeze(frozen));
    });
    let set = |is_over: UseStateHandle<bool>, value| {
        Callback::from(move |_: PointerEvent| is_over.set(value))
    };
    (set(is_over.clone(), true), set(is_over, false))
}

/// Loads further pages after a reload until the list contains the open trace.
#[hook]
fn use_search_open_trace(props: &TraceListProps, is_listed: bool) {
    let live = &props.live;
    let is_done = use_mut_ref(|| false);
    let may_load = live.query.is_empty()
        && live.loaded == Loaded::Yes
        && live.next_page == NextPage::NotRequested
        && live.next_cursor.is_some()
        && live.traces.len() < MAX_SEARCHED_TRACES;
    let opened = use_mut_ref(|| props.url.view.trace());
    let is_searched = *opened.borrow() == props.url.view.trace() && opened.borrow().is_some();
    let dispatch = props.dispatch.clone();
    use_effect_with((live.traces.len(), may_load), move |&(_, may_load)| {
        if is_listed || !is_searched {
            *is_done.borrow_mut() = true;
        } else if may_load && !*is_done.borrow() {
            dispatch.dispatch(Action::LoadNextPage);
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
    let is_measured = viewport.height > 0.0;
    // As high as the texts in it, which follow the browser's font size.
    let row_height = ROW_HEIGHT_PX * rem_scale();
    let is_scrolled = viewport.top > row_height / 2.0;
    let (on_enter, on_leave) = use_freeze(&props.dispatch, is_scrolled);
    use_search_open_trace(props, position.is_some());
    // When another trace is opened, or the list first contains it, but not while the user scrolls.
    use_effect_with((selected, position.is_some(), is_measured), {
        let list = list.clone();
        move |_| {
            let top = position.and_then(|position| viewport.reveal(position, row_height));
            if let Some((list, top)) = list.cast::<Element>().zip(top).filter(|_| is_measured) {
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
                selected={Some(trace.trace_id) == selected} top={index as f64 * row_height} />
        }
    };
    let height = format!(
        "--row:{row_height}px;height:{}px",
        traces.len() as f64 * row_height
    );
    html! {
        <div class="scroll" ref={list} onpointerenter={on_enter} onpointerleave={on_leave}>
            <div class="rows" key="rows" style={height}>
                { for viewport.rows(traces.len(), row_height).map(row) }
            </div>
            { next_page(props) }
        </div>
    }
}

/// Returns a callback that opens a trace. It does not change with the list, so that rows do not
/// render without need.
#[hook]
fn use_open(url: &Url) -> Callback<TraceId> {
    use_callback(url.clone(), |id: TraceId, url| {
        // A click on the open trace keeps its selection and collapsed spans.
        if url.view.trace() != Some(id) {
            url.push(&url.view.with_trace(id));
        }
    })
}
