//! What happened during a span. An exception shows its text, and its stack on demand.

use trace_model::{Attributes, Event, Trace};
use yew::prelude::*;

use super::attributes::AttributeList;
use crate::{format, shared::Shared};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct SpanEventsProps {
    pub(crate) trace: Shared<Trace>,
    pub(crate) index: usize,
}

#[component]
pub(crate) fn SpanEvents(props: &SpanEventsProps) -> Html {
    let span = &props.trace.nodes()[props.index].span;
    if span.events.is_empty() {
        return html! { <section class="no-events" /> };
    }
    html! {
        <section class="events">
            <h3>{ "Events" }<span class="count">{ span.events.len() }</span></h3>
            for (number, event) in span.events.iter().enumerate() {
                <div key={number} class={classes!("event", is_exception(event).then_some("exception"))}>
                    <p class="event-line">
                        <b>{ &event.name }</b>
                        <span class="muted">{ since_start(event, span.start_unix_nano) }</span>
                    </p>
                    { body(event) }
                </div>
            }
        </section>
    }
}

fn is_exception(event: &Event) -> bool {
    event.name == "exception"
}

fn since_start(event: &Event, start: u64) -> String {
    format!(
        "+{}",
        format::duration(event.time_unix_nano.saturating_sub(start))
    )
}

fn body(event: &Event) -> Html {
    let attributes = &event.attributes;
    if !is_exception(event) {
        return html! { <AttributeList title="Of this event" attributes={attributes.clone()} /> };
    }
    let text = |key: &str| attributes.text(key).unwrap_or_default().to_owned();
    let stack = text("exception.stacktrace");
    html! {
        <>
            <p class="exception-text" key="text"><b>{ text("exception.type") }</b>{ " " }{ text("exception.message") }</p>
            <div key="stack">
                if !stack.is_empty() {
                    <details><summary>{ "Stack" }</summary><pre tabindex="0">{ stack }</pre></details>
                }
            </div>
            <AttributeList key="others" title="Of this event" attributes={others(attributes)} />
        </>
    }
}

fn others(attributes: &Attributes) -> Attributes {
    let shown = [
        "exception.type",
        "exception.message",
        "exception.stacktrace",
    ];
    let rest = attributes
        .0
        .iter()
        .filter(|entry| !shown.contains(&entry.key.as_str()));
    rest.cloned().collect()
}
