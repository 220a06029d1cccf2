//! Everything one span says of itself.

use trace_model::{Node, Place, SpanStatus, Trace, TraceId};
use yew::prelude::*;

use super::{
    attributes::{AttributeList, Fact},
    copy::CopyButton,
    icon::{Icon, Picture},
    span_events::SpanEvents,
    span_row::{lane_class, name},
};
use crate::{format, hooks::Url, shared::Shared};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct DetailsProps {
    pub(crate) url: Url,
    pub(crate) trace: Shared<Trace>,
    pub(crate) index: usize,
}

#[component]
pub(crate) fn Details(props: &DetailsProps) -> Html {
    let node = &props.trace.nodes()[props.index];
    let span = &node.span;
    let on_close = {
        let url = props.url.clone();
        Callback::from(move |_| url.replace(&url.view.with_span(None)))
    };
    html! {
        <div class={classes!("span-details", lane_class(node.lane))}>
            <header class="details-heading">
                <i class="swatch" aria-hidden="true" />
                <h2>{ name(node) }</h2>
                <button class="close" aria-label="Close the details" onclick={on_close}><Icon picture={Picture::Close} /></button>
            </header>
            { error(node) }
            <dl class="facts">{ facts(props, node) }</dl>
            <SpanEvents trace={props.trace.clone()} index={props.index} />
            <AttributeList title="Attributes" attributes={span.attributes.clone()} />
            { links(props, node) }
            <AttributeList title="Resource" attributes={span.resource.attributes.clone()} />
            <footer class="ids">
                <span>{ "span " }<code>{ span.span_id.to_string() }</code>
                    <CopyButton text={span.span_id.to_string()} label="Copy the span id" /></span>
                <span>{ scope(node) }</span>
            </footer>
        </div>
    }
}

fn error(node: &Node) -> Html {
    let SpanStatus::Error(message) = &node.span.status else {
        return html! { <div class="no-error" /> };
    };
    let text = if message.is_empty() {
        "This span failed."
    } else {
        message
    };
    html! { <p class="error-text">{ text }</p> }
}

fn facts(props: &DetailsProps, node: &Node) -> Html {
    let trace = &props.trace;
    let start = node.interval().start - trace.extent().start;
    let gap = trace.network_gap(props.index);
    let own = trace.self_time_nano(props.index);
    html! {
        <>
            <Fact key="service" name="service" value={node.span.service().to_owned()} />
            <Fact key="kind" name="kind" value={node.span.kind.to_string()} />
            <Fact key="starts" name="starts" value={format!("+{}", format::duration(start))} />
            <Fact key="duration" name="duration" value={format::duration(node.span.duration_nano())} />
            if node.descendants > 0 {
                <Fact key="self" name="without children" value={format::duration(own)} />
            }
            if let Some(gap) = gap {
                <Fact key="before" name="until the server" value={format::duration(gap.before_nano)} />
                <Fact key="after" name="after the server" value={format::duration(gap.after_nano)} />
            }
            if node.clock_shift_nano != 0 {
                <Fact key="clock" name="clock moved" value={shift(node.clock_shift_nano)} />
            }
            if node.place == Place::Orphan {
                <Fact key="parent" name="parent" value="not here yet" />
            }
        </>
    }
}

/// The server's clock and the caller's do not agree; what was added to the server's times.
fn shift(nanos: i64) -> String {
    let sign = if nanos < 0 { "−" } else { "+" };
    format!("{sign}{}", format::duration(nanos.unsigned_abs()))
}

fn scope(node: &Node) -> String {
    let scope = &node.span.scope;
    format!("{} {}", scope.name, scope.version)
        .trim()
        .to_owned()
}

fn links(props: &DetailsProps, node: &Node) -> Html {
    let links = &node.span.links;
    if links.is_empty() {
        return html! { <div class="no-links" /> };
    }
    html! {
        <section class="attributes">
            <h3>{ "Links" }<span class="count">{ links.len() }</span></h3>
            for (number, link) in links.iter().enumerate() {
                <div key={number} class="link">
                    { trace_link(&props.url, link.trace_id) }
                    <span class="muted">{ format!("span {}", link.span_id) }</span>
                    for attribute in &link.attributes.0 {
                        <code key={attribute.key.clone()}>{ attribute.to_string() }</code>
                    }
                </div>
            }
        </section>
    }
}

fn trace_link(url: &Url, id: TraceId) -> Html {
    let view = url.view.with_trace(id);
    let href = Url::href(&view);
    let url = url.clone();
    let onclick = Callback::from(move |event: MouseEvent| {
        if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
            event.prevent_default();
            url.push(&view);
        }
    });
    html! { <a {href} {onclick}><code>{ id.to_string() }</code></a> }
}
