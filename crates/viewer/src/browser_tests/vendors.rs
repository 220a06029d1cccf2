//! Raw, X-Ray and Honeycomb.

use serde_json::json;
use trace_model::{Attribute, Event, Span, SpanKind, Trace};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{MS, Mounted, START, span, span_id, trace_id};
use crate::{
    components::xray::{XRayDocuments, XRayDocumentsProps},
    gateway::XRayDocument,
    shared::Shared,
};

const SIZE: (u32, u32) = (1_000, 700);

fn order() -> Vec<Span> {
    let root = span((1, None), "page", "order.place", 0..100);
    let mut server = span((2, Some(1)), "shop", "POST /orders", 10..90);
    server.kind = SpanKind::Server;
    server.attributes = [Attribute::new("http.response.status_code", 201)]
        .into_iter()
        .collect();
    server.events = vec![Event {
        time_unix_nano: START + 20 * MS,
        name: "retry".to_owned(),
        attributes: [Attribute::new("attempt", 2)].into_iter().collect(),
    }];
    vec![root, server]
}

#[wasm_bindgen_test]
async fn raw_has_the_selected_span_as_otlp_json() {
    let page = Mounted::trace_at("/traces?view=raw&span=0000000000000002", order(), SIZE).await;
    let document = page.find(".document").await.text_content().unwrap();
    let parsed: serde_json::Value = serde_json::from_str(&document).unwrap();
    let span = &parsed["resourceSpans"][0]["scopeSpans"][0]["spans"][0];
    assert_eq!(span["name"], "POST /orders");
    assert_eq!(span["traceId"], trace_id().to_string());
    assert!(page.texts(".vendor > p")[0].starts_with("All 2 spans as OTLP JSON"));
}

#[wasm_bindgen_test]
async fn honeycomb_counts_spans_and_their_events() {
    let page = Mounted::trace_at(
        "/traces?view=honeycomb&span=0000000000000002",
        order(),
        SIZE,
    )
    .await;
    page.find(".columns").await;
    assert_eq!(
        page.texts(".vendor > p")[0],
        "Honeycomb counts 3 events for this trace: 2 spans, 1 span event and 0 links."
    );
    assert!(page.texts(".vendor > p")[1].starts_with("Datasets: page 1, shop 2."));
    let captions = page.texts(".columns caption");
    assert_eq!(
        captions,
        [
            "The selected span, in dataset shop",
            "Its span event, in dataset shop"
        ]
    );
    let rows = page.texts(".columns tbody tr");
    for expected in [
        "duration_ms80float",
        "http.response.status_code201integer",
        "span.num_events1integer",
        "meta.annotation_typespan_eventstring",
        "meta.time_since_span_start_ms10float",
    ] {
        assert!(rows.contains(&expected.to_owned()), "{expected}: {rows:?}");
    }
}

#[wasm_bindgen_test]
async fn xray_has_the_documents_of_the_gateway() {
    let document = |number: usize, document: serde_json::Value| XRayDocument {
        span_id: span_id(number),
        document,
    };
    let documents = vec![
        document(
            2,
            json!({"name": "shop", "fault": true, "id": span_id(2).to_string()}),
        ),
        document(1, json!({"name": "page", "type": "subsegment"})),
    ];
    let props = XRayDocumentsProps {
        documents: Shared::new(documents),
        trace: Shared::new(Trace::from_spans(trace_id(), order())),
        selected: Some(1),
        on_select: yew::Callback::noop(),
    };
    let page = Mounted::component::<XRayDocuments>(props, SIZE);
    page.find(".figures tbody tr").await;
    assert_eq!(
        page.texts(".figures tbody tr"),
        [
            "pageorder.placesubsegmentok",
            "shopPOST /orderssegmentfault"
        ]
    );
    let shown = page.find(".document").await.text_content().unwrap();
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(shown["name"], "shop");
}

#[wasm_bindgen_test]
async fn a_failed_request_for_documents_is_explained() {
    // The server of the tests has no such path.
    let page = Mounted::trace_at("/traces?view=xray", order(), SIZE).await;
    page.find(".vendor [role=alert]").await;
}
