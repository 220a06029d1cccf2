//! The session that traces belong to.

use otel_web::action;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{install, named, text, trace_of};

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
