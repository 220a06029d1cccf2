//! Attributes of every root span that this crate starts.

use opentelemetry::trace::TraceContextExt;
use opentelemetry::{Context, KeyValue};

use crate::browser::js;
use crate::trace::{pipeline, session};

/// Sets session, path and visibility. The path has no query, which may contain private data.
pub(crate) fn describe_root(root: &Context) {
    join_session(root);
    let document = js::global("document");
    let attributes = [
        (
            "url.path",
            // The path of a `data:` or `blob:` page is its content, or a part of it.
            js::text(&js::get(&document, "location"), "pathname")
                .filter(|path| path.starts_with('/')),
        ),
        (
            "browser.document.visibility",
            js::text(&document, "visibilityState"),
        ),
    ];
    for (key, value) in attributes {
        if let Some(value) = value {
            pipeline::annotate(root, key, &*value);
        }
    }
}

/// Adds the root to the session, and links it to the session's previous root.
fn join_session(root: &Context) {
    let Some(session) = session::join(root.span().span_context()) else {
        return;
    };
    pipeline::annotate(root, "session.id", &*session.id);
    if let Some(previous_id) = session.previous_id {
        pipeline::annotate(root, "session.previous_id", &*previous_id);
    }
    if let Some(previous) = session.previous_root {
        let attributes = [KeyValue::new("link.type", "previous_trace")];
        pipeline::edit(pipeline::key_of(root), |span| {
            span.record.add_link(&previous, (&attributes, 0));
        });
    }
}
