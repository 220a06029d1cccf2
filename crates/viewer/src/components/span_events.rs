//! What happened during a span. An exception shows its text, and its stack on demand. Of many
//! events one page is in the document.

use trace_model::{Event, Trace};
use yew::prelude::*;

use super::{
    attributes::{AttributeList, Source},
    long_text::LongText,
};
use crate::{format, layout::marks::is_exception, shared::Shared, text};

/// How many events are in the document at a time.
const PAGE: usize = 30;

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
        return html! { <section class="no-events" /> };
    }
    let count = span.events.len();
    let first = (*page * PAGE).min((count - 1) / PAGE * PAGE);
    let shown = span.events.iter().enumerate().skip(first).take(PAGE);
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

/// Where one is among many events, and the ways to others.
fn pager(page: &UseStateHandle<usize>, first: usize, events: &[Event]) -> Html {
    let count = events.len();
    if count <= PAGE {
        return html! { <nav class="no-pager" /> };
    }
    let go_to = |target: Option<usize>| {
        let page = page.clone();
        let onclick = Callback::from(move |_: MouseEvent| {
            if let Some(target) = target {
                page.set(target);
            }
        });
        (onclick, target.is_none())
    };
    let current = first / PAGE;
    let (on_previous, at_start) = go_to(current.checked_sub(1));
    let (on_next, at_end) = go_to(Some(current + 1).filter(|page| page * PAGE < count));
    let after = first + PAGE;
    let later = events.iter().skip(after).position(is_exception);
    let earliest = || events.iter().position(is_exception);
    let exception = later.map(|position| position + after).or_else(earliest);
    let (on_exception, no_exception) = go_to(exception.map(|position| position / PAGE));
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

/// An event may be dated before its span, by another clock or by mistake.
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
    let list = |without: &'static [&'static str]| {
        let (trace, index) = (props.trace.clone(), props.index);
        html! { <AttributeList key="attributes" title="Of this event" {trace} {index} {source} {without} /> }
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
                    <details><summary>{ "Stack" }</summary><pre tabindex="0"><LongText text={stack} /></pre></details>
                }
            </div>
            { list(EXCEPTION_KEYS) }
        </>
    }
}
