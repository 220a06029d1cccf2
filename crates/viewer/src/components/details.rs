//! The details of one span.

use trace_model::{
    Link, Node, Parent, RequestPhases, SpanStatus, Trace, otlp_json, overview::SpanRank,
};
use yew::prelude::*;

use super::{
    attributes::{AttributeList, Field, MoreButton, Source},
    copy_button::CopyButton,
    icon::{Icon, IconKind},
    logs::SpanLogs,
    long_text::LongText,
    page_time::page_time,
    span_events::SpanEvents,
    span_row::{lane_class, name, time_problem},
};
use crate::{
    date::Timestamp,
    format,
    hooks::{Url, use_span_rank},
    layout::{bar::Hatch, log_rows::TraceLogs},
    shared::Shared,
    span_ref::SpanRef,
    text,
};

/// The number of links shown at first, and added by each "Show more".
const LINKS_PER_PAGE: usize = 30;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct DetailsProps {
    pub(crate) url: Url,
    pub(crate) trace: Shared<Trace>,
    /// The log records of the trace.
    pub(crate) logs: Shared<TraceLogs>,
    pub(crate) index: usize,
}

#[component]
pub(crate) fn Details(props: &DetailsProps) -> Html {
    let links_shown = use_state_eq(|| LINKS_PER_PAGE);
    let (trace, index) = (&props.trace, props.index);
    let rank = use_span_rank(trace, index);
    let node = &trace.nodes()[index];
    let span = &node.span;
    let on_close = {
        let url = props.url.clone();
        Callback::from(move |_| url.replace(&url.view.with_span(None)))
    };
    // Without collapsed spans, which could hide this one.
    let open = props.url.view.trace();
    let view = open.map_or_else(
        || props.url.view.clone(),
        |id| props.url.view.with_trace(id),
    );
    let address = Url::href(&view.with_span(Some(SpanRef::of(trace, index))));
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
                <button class="close" aria-label="Close the details" onclick={on_close}><Icon kind={IconKind::Close} /></button>
            </header>
            { error(node) }
            { subtree_button(props, node) }
            <dl class="fields">
                { fields(props, node) }
                { for rank.as_ref().map(rank_field) }
            </dl>
            <SpanEvents trace={trace.clone()} {index} />
            <SpanLogs trace={trace.clone()} logs={props.logs.clone()} {index} />
            { list("Attributes", Source::Span) }
            { links(props, node, &links_shown) }
            { list("Resource", Source::Resource) }
            <footer class="copy-actions">
                <span>{ "Span id " }<code>{ span.span_id.to_string() }</code>
                    <CopyButton text={span.span_id.to_string()} label="Copy the span id" /></span>
                <span>{ "Link to this span" }<CopyButton text={address} label="Copy the link to this span" /></span>
                <span>{ "Span as OTLP JSON" }<CopyButton make_text={encode} label="Copy the span as JSON" /></span>
                if !scope(node).is_empty() {
                    <span title="Instrumentation scope">{ text::name(&scope(node)) }</span>
                }
            </footer>
        </div>
    }
}

/// A button that shows only the span and what is below it, with a critical path of its own.
fn subtree_button(props: &DetailsProps, node: &Node) -> Html {
    let top = SpanRef::of(&props.trace, props.index);
    if node.descendants == 0 || props.url.view.top == Some(top) {
        return html! {};
    }
    let url = props.url.clone();
    let onclick = Callback::from(move |_| url.push(&url.view.with_top(Some(top))));
    html! { <button class="text-button subtree-button" {onclick}>{ "Show only this subtree" }</button> }
}

fn error(node: &Node) -> Html {
    let SpanStatus::Error(message) = &node.span.status else {
        return html! {};
    };
    let text = if message.is_empty() {
        "The span's status is ERROR, without a message."
    } else {
        message
    };
    html! { <p class="error-text"><LongText text={text.to_owned()} /></p> }
}

fn fields(props: &DetailsProps, node: &Node) -> Html {
    let trace = &props.trace;
    let start = node.interval().start.saturating_sub(trace.extent().start);
    let own = trace.self_time_nano(props.index);
    let start_time = Timestamp::from_unix_nano(node.interval().start);
    let phases = trace.request_phases(props.index);
    html! {
        <>
            <Field key="service" name="service" value={node.span.service().to_owned()} />
            <Field key="kind" name="kind" value={node.span.kind.to_string()} />
            <Field key="start" name="start" value={format!("+{}", format::duration(start))} />
            <Field key="start time" name="start time" value={start_time.local()} title={start_time.utc()} />
            { duration(node) }
            if node.descendants > 0 {
                <Field key="self time" name="self time" value={format::duration(own)} />
            }
            { for phases.iter().flat_map(phase_fields) }
            { page_time(node) }
            if node.clock_shift_nano != 0 {
                <Field key="clock shift" name="clock shift" value={shift(node.clock_shift_nano)}
                    title="Added to the server's times, because its clock and the caller's disagree" />
            }
            if node.parent == Parent::Missing {
                <Field key="parent" name="parent" value="missing" title="The parent of this span is not in the trace, or not yet" />
            }
        </>
    }
}

/// Says how many spans of the name were faster.
fn rank_field(rank: &SpanRank) -> Html {
    let share = rank.faster as f64 / rank.spans.max(1) as f64 * 100.0;
    let value = format!("slower than {share:.0} %");
    let title = format!(
        "Of {} spans with this name and service in {} traces of this action: half took up to {}, 95 % up to {}",
        format::count(rank.spans),
        format::count(rank.traces),
        format::duration(rank.p50_nano),
        format::duration(rank.p95_nano)
    );
    html! { <Field key="rank" name="among its name" {value} {title} /> }
}

fn duration(node: &Node) -> Html {
    match time_problem(&node.span) {
        Some(problem) => {
            html! { <Field key="duration" name="duration" value={problem} warn=true /> }
        }
        None => {
            let duration = format::duration(node.span.duration_nano());
            html! { <Field key="duration" name="duration" value={duration} /> }
        }
    }
}

/// The phases of a request, except its server's.
fn phase_fields(phases: &RequestPhases) -> impl Iterator<Item = Html> + use<> {
    let network = if phases.is_timed {
        Hatch::Network
    } else {
        Hatch::NetworkAndWaiting
    };
    let has_server = !phases.server.is_empty();
    let before = if has_server {
        "network, before the server"
    } else if phases.is_timed {
        "network"
    } else {
        "network and waiting"
    };
    let fields = [
        (before, &phases.network_before, network),
        ("network, after the server", &phases.network_after, network),
        (
            "page busy, after the response",
            &phases.page_after,
            Hatch::MainThread,
        ),
    ];
    let fields = fields.map(|(name, range, hatch)| {
        let nanos = range.end - range.start;
        (nanos > 0).then(|| {
            html! { <Field key={name} {name} value={format::duration(nanos)} title={hatch.description()} /> }
        })
    });
    fields.into_iter().flatten()
}

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
        return html! {};
    }
    html! {
        <section class="attributes">
            <h3>{ "Links" }<span class="count">{ format::count(links.len() as u64) }</span></h3>
            for (number, link) in links.iter().enumerate().take(**shown) {
                <div key={number} class="link">
                    { span_link(&props.url, link) }
                    <span class="muted">{ format!("span {}", link.span_id) }</span>
                    <AttributeList title="Attributes of the link" trace={props.trace.clone()} index={props.index} source={Source::Link(number)} />
                </div>
            }
            <MoreButton shown={shown.clone()} count={links.len()} page={LINKS_PER_PAGE} />
        </section>
    }
}

/// Links to the linked span in its trace.
fn span_link(url: &Url, link: &Link) -> Html {
    let id = link.trace_id;
    let view = url
        .view
        .with_trace(id)
        .with_span(Some(SpanRef::first(link.span_id)));
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
