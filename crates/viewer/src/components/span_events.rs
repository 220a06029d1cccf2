//! The events of a span, in pages. An exception has its message and, on demand, its stack trace.

use trace_model::{Event, Trace};
use yew::prelude::*;

use super::{
    attributes::{AttributeList, Source},
    long_text::LongText,
};
use crate::{format, layout::marks::is_exception, shared::Shared, text};

/// The number of events on a page.
const EVENTS_PER_PAGE: usize = 30;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct SpanEventsProps {
    pub(crate) trace: Shared<Trace>,
    pub(crate) index: usize,
}

#[component]
pub(crate) fn SpanEvents(props: &SpanEventsProps) -> Html {
    let page = use_state_eq(|| 0_usize);
    let span = &props.trace.nodes()[props.index].span;
    if span.events.is_empty() {
        return html! {};
    }
    let count = span.events.len();
    let first = (*page * EVENTS_PER_PAGE).min((count - 1) / EVENTS_PER_PAGE * EVENTS_PER_PAGE);
    let shown = span
        .events
        .iter()
        .enumerate()
        .skip(first)
        .take(EVENTS_PER_PAGE);
    html! {
        <section class="events">
            <h3>{ "Events" }<span class="count">{ format::count(count as u64) }</span></h3>
            { pager(&page, first, &span.events) }
            for (number, event) in shown {
                <div key={number} class={classes!("event", is_exception(event).then_some("exception"))}>
                    <p class="event-line">
                        <b>{ text::name(&event.name) }</b>
                        <span class="muted">{ since_start(event, span.start_unix_nano) }</span>
                    </p>
                    { body(props, number, event) }
                </div>
            }
        </section>
    }
}

/// The position of the page among all events, and buttons that show other pages.
fn pager(page: &UseStateHandle<usize>, first: usize, events: &[Event]) -> Html {
    let count = events.len();
    if count <= EVENTS_PER_PAGE {
        return html! {};
    }
    // The callback of a button, and whether the button is disabled.
    let go_to = |target: Option<usize>| {
        let page = page.clone();
        let onclick = Callback::from(move |_: MouseEvent| {
            if let Some(target) = target {
                page.set(target);
            }
        });
        (onclick, target.is_none())
    };
    let current = first / EVENTS_PER_PAGE;
    let (on_previous, at_start) = go_to(current.checked_sub(1));
    let (on_next, at_end) = go_to(Some(current + 1).filter(|page| page * EVENTS_PER_PAGE < count));
    let after = first + EVENTS_PER_PAGE;
    let later = events.iter().skip(after).position(is_exception);
    let earliest = || events.iter().position(is_exception);
    let exception = later.map(|position| position + after).or_else(earliest);
    let (on_exception, no_exception) = go_to(exception.map(|position| position / EVENTS_PER_PAGE));
    let range = format!(
        "{}–{} of {}",
        format::count(first as u64 + 1),
        format::count(after.min(count) as u64),
        format::count(count as u64)
    );
    html! {
        <nav class="pager" aria-label="Events">
            <button key="previous" class="button" disabled={at_start} onclick={on_previous}>{ "Earlier" }</button>
            <span key="range" class="muted">{ range }</span>
            <button key="next" class="button" disabled={at_end} onclick={on_next}>{ "Later" }</button>
            if !no_exception {
                <button key="exception" class="button" onclick={on_exception}>{ "Next exception" }</button>
            }
        </nav>
    }
}

/// The time of an event may be before its span's start because of another clock or a mistake.
fn since_start(event: &Event, start: u64) -> String {
    let offset = format::duration(event.time_unix_nano.abs_diff(start));
    if event.time_unix_nano < start {
        format!("{offset} before the start")
    } else {
        format!("+{offset}")
    }
}

const EXCEPTION_KEYS: &[&str] = &[
    "exception.type",
    "exception.message",
    "exception.stacktrace",
];

fn body(props: &SpanEventsProps, number: usize, event: &Event) -> Html {
    let source = Source::Event(number);
    let list = |excluded: &'static [&'static str]| {
        let (trace, index) = (props.trace.clone(), props.index);
        html! { <AttributeList key="attributes" title="Attributes of the event" {trace} {index} {source} {excluded} /> }
    };
    if !is_exception(event) {
        return list(&[]);
    }
    let text =
        |key: &str| AttrValue::from(event.attributes.text(key).unwrap_or_default().to_owned());
    let stack = text("exception.stacktrace");
    html! {
        <>
            <p class="exception-text" key="text">
                <b>{ text::name(&text("exception.type")) }</b>{ " " }
                <LongText text={text("exception.message")} />
            </p>
            <div key="stack">
                if !stack.is_empty() {
                    <details><summary>{ "Stack trace" }</summary><pre tabindex="0"><LongText text={stack} /></pre></details>
                }
            </div>
            { list(EXCEPTION_KEYS) }
        </>
    }
}
