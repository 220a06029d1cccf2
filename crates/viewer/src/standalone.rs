//! A page with one trace inside, which was exported and needs no gateway.

use trace_model::{Trace, otlp_json};
use web_sys::Element;

/// The element that the gateway writes into the page.
const TRACE_ID: &str = "standalone-trace";

thread_local! {
    /// Read before the viewer is rendered, which removes the element.
    static IS_STANDALONE: bool = element().is_some();
}

fn element() -> Option<Element> {
    let document = web_sys::window()?.document()?;
    document.get_element_by_id(TRACE_ID)
}

/// Returns whether this page has its trace inside.
pub(crate) fn is_standalone() -> bool {
    IS_STANDALONE.with(|is_standalone| *is_standalone)
}

/// Returns the trace inside this page, if it has one. To be called before rendering.
pub(crate) fn trace() -> Option<Trace> {
    if !is_standalone() {
        return None;
    }
    let document = element()?.text_content()?;
    let spans = otlp_json::decode(&document).spans;
    let id = spans.first()?.trace_id;
    Some(Trace::from_spans(id, spans))
}
