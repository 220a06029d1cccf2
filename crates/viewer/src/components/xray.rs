//! A trace as the X-Ray sink sends it: one segment document for each span.

use std::collections::HashMap;

use trace_model::{Node, SpanId, Trace};
use yew::prelude::*;

use super::{
    attributes::MoreButton,
    copy_button::CopyButton,
    raw::Document,
    span_row::{lane_class, name},
};
use crate::{
    format,
    gateway::XRayDocument,
    hooks::{XRayLoad, use_xray},
    shared::Shared,
    text,
};

/// The number of documents shown at first, and added by each "Show more".
const DOCUMENTS_PER_PAGE: usize = 200;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct XRayProps {
    pub(crate) trace: Shared<Trace>,
    /// The selected span.
    pub(crate) selected: Option<usize>,
    pub(crate) on_select: Callback<usize>,
}

#[component]
pub(crate) fn XRay(props: &XRayProps) -> Html {
    let content = match use_xray(&props.trace) {
        XRayLoad::Loading => {
            html! { <p class="muted" role="status">{ "Loading the documents…" }</p> }
        }
        XRayLoad::Failed(error) => html! { <p class="warn" role="alert">{ error.to_string() }</p> },
        XRayLoad::Ready(documents) => html! {
            <XRayDocuments {documents} trace={props.trace.clone()} selected={props.selected} on_select={props.on_select.clone()} />
        },
    };
    html! { <section class="vendor" aria-label="X-Ray">{ content }</section> }
}

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct XRayDocumentsProps {
    pub(crate) documents: Shared<Vec<XRayDocument>>,
    pub(crate) trace: Shared<Trace>,
    pub(crate) selected: Option<usize>,
    pub(crate) on_select: Callback<usize>,
}

#[component]
pub(crate) fn XRayDocuments(props: &XRayDocumentsProps) -> Html {
    let shown = use_state_eq(|| DOCUMENTS_PER_PAGE);
    let (trace, documents) = (&props.trace, &props.documents);
    let too_large = documents.iter().filter(|own| own.document.is_null());
    let too_large = too_large.count();
    let copy_all = {
        let documents = documents.clone();
        Callback::from(move |()| {
            let lines = documents.iter().map(|own| own.document.to_string());
            lines.collect::<Vec<_>>().join("\n")
        })
    };
    let selected = props
        .selected
        .map(|index| trace.nodes()[index].span.span_id);
    let document = documents
        .iter()
        .find(|own| Some(own.span_id) == selected && !own.document.is_null());
    let nodes = trace.nodes().iter().enumerate();
    // Spans that share an id are in the order of the store, of which the first one is shown.
    let by_id = use_memo(documents.clone(), |documents| by_id(documents));
    let rows = nodes.filter_map(|(index, node)| {
        let own = by_id.get(&node.span.span_id)?;
        Some(row(props, index, node, &documents[*own]))
    });
    html! {
        <>
            <p>
                { format!("{} for AWS X-Ray, as the gateway sends them to its daemon: one line of JSON for each span.", format::quantity(documents.len(), "segment document")) }
                <CopyButton make_text={copy_all} label="Copy all documents" />
                if too_large > 0 {
                    <span class="warn">{ format!(" {} larger than a datagram and not sent.", format::quantity(too_large, "document")) }</span>
                }
            </p>
            if let Some(own) = document {
                <Document title="The document of the selected span" text={own.document.to_string()} />
            }
            <div class="figures" tabindex="0" role="region" aria-label="Documents">
                <table>
                    <thead><tr>
                        <th scope="col">{ "Name in X-Ray" }</th>
                        <th scope="col">{ "Span" }</th>
                        <th scope="col">{ "Type" }</th>
                        <th scope="col">{ "Outcome" }</th>
                    </tr></thead>
                    <tbody>{ for rows.take(*shown) }</tbody>
                </table>
                <MoreButton shown={shown.clone()} count={documents.len()} page={DOCUMENTS_PER_PAGE} />
            </div>
        </>
    }
}

fn by_id(documents: &[XRayDocument]) -> HashMap<SpanId, usize> {
    let documents = documents.iter().enumerate();
    documents
        .rev()
        .map(|(position, own)| (own.span_id, position))
        .collect()
}

fn row(props: &XRayDocumentsProps, index: usize, node: &Node, own: &XRayDocument) -> Html {
    let field = |key: &str| own.document.get(key).and_then(|value| value.as_str());
    let outcome = ["fault", "throttle", "error"]
        .into_iter()
        .find(|flag| own.document.get(*flag).is_some());
    html! {
        <tr key={index} class={classes!(lane_class(node.lane), (props.selected == Some(index)).then_some("selected"))}>
            <th scope="row">
                <button class="name-button" title="Select the span" onclick={props.on_select.reform(move |_| index)}>
                    <i class="swatch" aria-hidden="true" />{ text::name(field("name").unwrap_or("(too large)")) }
                </button>
            </th>
            <td>{ text::name(name(node)) }</td>
            <td>{ field("type").unwrap_or("segment").to_owned() }</td>
            <td class={outcome.map(|_| "warn")}>{ outcome.unwrap_or("ok") }</td>
        </tr>
    }
}
