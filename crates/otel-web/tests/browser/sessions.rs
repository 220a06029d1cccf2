//! The session that traces belong to.

use opentelemetry_proto::tonic::trace::v1::Span;
use otel_web::action;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{dispatch, install, named, storage, text, trace_of};

#[wasm_bindgen_test]
async fn root_links_to_the_previous_root_of_its_session() {
    install();
    action("first of two").start().run(async {});
    let first = trace_of("first of two").await;
    action("second of two").start().run(async {});
    let second = trace_of("second of two").await;
    let (first, second) = (
        named(&first, "first of two"),
        named(&second, "second of two"),
    );
    assert_eq!(text(first, "session.id"), text(second, "session.id"));
    assert_eq!(text(first, "session.id").unwrap().len(), 32);
    let link = &second.links[0];
    assert_eq!(
        (&link.trace_id, &link.span_id),
        (&first.trace_id, &first.span_id)
    );
    assert_eq!(link.attributes[0].key, "link.type");
}

#[wasm_bindgen_test]
async fn session_is_stored_when_the_page_is_hidden_and_not_at_each_root() {
    install();
    // The session is written now, so the next root is not the first one in a minute.
    action("written when hidden").start().run(async {});
    trace_of("written when hidden").await;
    dispatch("freeze");
    action("before hidden").start().run(async {});
    let root = trace_of("before hidden").await;
    let root = named(&root, "before hidden");
    let stored = stored_session();
    assert!(!stored.contains(&id(root)), "{stored}");
    // Other tabs find the session nevertheless.
    assert!(
        stored.starts_with(&text(root, "session.id").unwrap()),
        "{stored}"
    );
    dispatch("freeze");
    let stored = stored_session();
    assert!(stored.contains(&id(root)), "{stored}");
}

/// Returns the trace id in the form of `traceparent`.
fn id(span: &Span) -> String {
    let digits = span.trace_id.iter().map(|byte| format!("{byte:02x}"));
    digits.collect()
}

fn stored_session() -> String {
    storage().get_item("otel.session").unwrap().unwrap()
}
