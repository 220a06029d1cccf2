//! What every root says about where and when it happened.

use opentelemetry::trace::TraceContextExt;
use opentelemetry::{Context, KeyValue};

use crate::{js, pipeline, session};

/// The page's path is told without its query, which may hold what nobody is to know.
pub(crate) fn describe_root(root: &Context) {
    join_session(root);
    let document = js::global("document");
    let told = [
        (
            "url.path",
            // Of a page without a server it is the content, or a part of it.
            js::text(&js::get(&document, "location"), "pathname")
                .filter(|path| path.starts_with('/')),
        ),
        (
            "browser.document.visibility",
            js::text(&document, "visibilityState"),
        ),
    ];
    for (key, value) in told {
        if let Some(value) = value {
            pipeline::annotate(root, key, &*value);
        }
    }
}

/// The link to the previous root says what it is, as its target cannot.
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
