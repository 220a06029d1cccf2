//! A trace as OTLP JSON.

use trace_model::{Trace, json, otlp_json};
use yew::prelude::*;

use super::{copy_button::CopyButton, long_text::LongText};
use crate::{base, format, outline::outline, shared::Shared, standalone::is_standalone};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct RawProps {
    pub(crate) trace: Shared<Trace>,
    /// The selected span.
    pub(crate) selected: Option<usize>,
}

#[component]
pub(crate) fn Raw(props: &RawProps) -> Html {
    let trace = &props.trace;
    let copy_all = {
        let trace = trace.clone();
        Callback::from(move |()| otlp_json::encode_all(trace.nodes().iter().map(|node| &node.span)))
    };
    let copy_text = {
        let trace = trace.clone();
        Callback::from(move |()| outline(&trace))
    };
    let id = trace.trace_id();
    let href = base::url(&format!("api/traces/{id}"));
    html! {
        <section class="vendor" aria-label="Raw">
            <p>
                { format!("All {} as OTLP JSON: ", format::quantity(trace.nodes().len(), "span")) }
                <CopyButton make_text={copy_all} label="Copy the trace as OTLP JSON" />
                if !is_standalone() {
                    <a href={href.clone()} target="_blank" rel="noopener">{ "open the gateway's response" }</a>
                }
                { ". Any OTLP receiver accepts it. As plain text: " }
                <CopyButton make_text={copy_text} label="Copy the trace as text" />
            </p>
            if !is_standalone() {
                <p class="downloads">
                    { "Download: " }
                    <a href={href.clone()} download={format!("trace-{id}.json")}>{ "OTLP JSON" }</a>
                    { ", " }
                    <a href={format!("{href}/html")} download={format!("trace-{id}.html")}>{ "a page that needs no gateway" }</a>
                </p>
            }
            if let Some(index) = props.selected {
                <Document title="The selected span" text={otlp_json::encode(&trace.nodes()[index].span)} />
            }
        </section>
    }
}

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct DocumentProps {
    pub(crate) title: AttrValue,
    /// JSON on one line.
    pub(crate) text: AttrValue,
}

/// A JSON document, indented, with a copy button.
#[component]
pub(crate) fn Document(props: &DocumentProps) -> Html {
    let pretty = use_memo(props.text.clone(), |text| {
        AttrValue::from(json::pretty(text).unwrap_or_else(|| text.to_string()))
    });
    html! {
        <>
            <h2>{ &props.title }<CopyButton text={(*pretty).clone()} label={format!("Copy: {}", props.title)} /></h2>
            <pre class="document" tabindex="0" aria-label={props.title.clone()}><LongText text={(*pretty).clone()} /></pre>
        </>
    }
}
