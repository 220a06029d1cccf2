//! Everything one span says of itself.

use trace_model::{Link, Node, Parent, RequestPhases, SpanStatus, Trace, otlp_json};
use yew::prelude::*;

use super::{
    attributes::{AttributeList, Fact, MoreButton, Source},
    copy::CopyButton,
    icon::{Icon, Picture},
    long_text::LongText,
    span_events::SpanEvents,
    span_row::{lane_class, name, time_problem},
};
use crate::{date, format, hooks::Url, layout::bar::Hatch, shared::Shared, text};

/// How many links are shown at first, and with each "Show more".
const LINKS_PAGE: usize = 30;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct DetailsProps {
    pub(crate) url: Url,
    pub(crate) trace: Shared<Trace>,
    pub(crate) index: usize,
}

#[component]
pub(crate) fn Details(props: &DetailsProps) -> Html {
    let links_shown = use_state_eq(|| LINKS_PAGE);
    let (trace, index) = (&props.trace, props.index);
    let node = &trace.nodes()[index];
    let span = &node.span;
    let on_close = {
        let url = props.url.clone();
        Callback::from(move |_| url.replace(&url.view.with_span(None)))
    };
    // Without the folds, which may hide the span that is meant.
    let here = props.url.view.trace();
    let plain = here.map_or_else(
        || props.url.view.clone(),
        |id| props.url.view.with_trace(id),
    );
    let address = Url::href(&plain.with_span(Some(span.span_id)));
    let list = |title: &'static str, source: Source| {
        html! { <AttributeList {title} trace={trace.clone()} {index} {source} /> }
    };
    let encode = {
        let trace = trace.clone();
        Callback::from(move |()| otlp_json::encode(&trace.nodes()[index].span))
    };
    html! {
        <div class={classes!("span-details", lane_class(node.lane))}>
            <header class="details-heading">
                <i class="swatch" aria-hidden="true" />
                <h2><LongText text={name(node).to_owned()} /></h2>
                <button class="close" aria-label="Close the details" onclick={on_close}><Icon picture={Picture::Close} /></button>
            </header>
            { error(node) }
            <dl class="facts">{ facts(props, node) }</dl>
            <SpanEvents trace={trace.clone()} {index} />
            { list("Attributes", Source::Span) }
            { links(props, node, &links_shown) }
            { list("Resource", Source::Resource) }
            <footer class="ids">
                <span>{ "span " }<code>{ span.span_id.to_string() }</code>
                    <CopyButton text={span.span_id.to_string()} label="Copy the span id" /></span>
                <span>{ "link to this span" }<CopyButton text={address} label="Copy the link to this span" /></span>
                <span>{ "whole span as OTLP JSON" }<CopyButton make={encode} label="Copy the span as JSON" /></span>
                <span>{ text::name(&scope(node)) }</span>
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
    html! { <p class="error-text"><LongText text={text.to_owned()} /></p> }
}

fn facts(props: &DetailsProps, node: &Node) -> Html {
    let trace = &props.trace;
    let start = node.interval().start.saturating_sub(trace.extent().start);
    let own = trace.self_time_nano(props.index);
    let moment = date::Moment::of(node.interval().start);
    let phases = trace.request_phases(props.index);
    html! {
        <>
            <Fact key="service" name="service" value={node.span.service().to_owned()} />
            <Fact key="kind" name="kind" value={node.span.kind.to_string()} />
            <Fact key="starts" name="starts" value={format!("+{}", format::duration(start))} />
            <Fact key="at" name="at" value={moment.local()} title={moment.utc()} />
            { duration(node) }
            if node.descendants > 0 {
                <Fact key="self" name="without children" value={format::duration(own)} />
            }
            { for phases.iter().flat_map(phase_facts) }
            if node.clock_shift_nano != 0 {
                <Fact key="clock" name="clock moved" value={shift(node.clock_shift_nano)} />
            }
            if node.parent == Parent::Missing {
                <Fact key="parent" name="parent" value="not here yet" />
            }
        </>
    }
}

fn duration(node: &Node) -> Html {
    match time_problem(&node.span) {
        Some(problem) => {
            html! { <Fact key="duration" name="duration" value={problem} warn=true /> }
        }
        None => {
            let duration = format::duration(node.span.duration_nano());
            html! { <Fact key="duration" name="duration" value={duration} /> }
        }
    }
}

/// What the time of a request was spent on, apart from its server's.
fn phase_facts(phases: &RequestPhases) -> impl Iterator<Item = Html> + use<> {
    let network = if phases.is_timed {
        Hatch::Network
    } else {
        Hatch::NetworkAndWaiting
    };
    let answered = !phases.server.is_empty();
    let there = if answered {
        "until the server"
    } else if phases.is_timed {
        "network"
    } else {
        "network and waiting"
    };
    let facts = [
        (there, &phases.network_before, network),
        ("after the server", &phases.network_after, network),
        (
            "page, after the response",
            &phases.page_after,
            Hatch::MainThread,
        ),
    ];
    let known = facts.map(|(name, range, hatch)| {
        let nanos = range.end - range.start;
        (nanos > 0).then(|| {
            html! { <Fact key={name} {name} value={format::duration(nanos)} title={hatch.meaning()} /> }
        })
    });
    known.into_iter().flatten()
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

fn links(props: &DetailsProps, node: &Node, shown: &UseStateHandle<usize>) -> Html {
    let links = &node.span.links;
    if links.is_empty() {
        return html! { <div class="no-links" /> };
    }
    html! {
        <section class="attributes">
            <h3>{ "Links" }<span class="count">{ format::count(links.len() as u64) }</span></h3>
            for (number, link) in links.iter().enumerate().take(**shown) {
                <div key={number} class="link">
                    { span_link(&props.url, link) }
                    <span class="muted">{ format!("span {}", link.span_id) }</span>
                    <AttributeList title="Of this link" trace={props.trace.clone()} index={props.index} source={Source::Link(number)} />
                </div>
            }
            <MoreButton shown={shown.clone()} count={links.len()} page={LINKS_PAGE} />
        </section>
    }
}

/// Leads to the span that is meant, in its trace.
fn span_link(url: &Url, link: &Link) -> Html {
    let id = link.trace_id;
    let view = url.view.with_trace(id).with_span(Some(link.span_id));
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
