//! Attributes of every root span that this crate starts.

use opentelemetry::KeyValue;

use crate::browser::js;
use crate::core::record::SpanRecord;
use crate::trace::session;

/// The state of the page, which each root records.
pub(crate) struct PageState {
    path: Option<String>,
    visibility: Option<String>,
}

impl PageState {
    /// Reads the state. To be called before the span is started, since it runs code of the browser.
    pub(crate) fn read() -> Self {
        let document = js::global("document");
        let path = js::text(&js::get(&document, "location"), "pathname");
        Self {
            // The path of a `data:` or `blob:` page is its content, or a part of it.
            path: path.filter(|path| path.starts_with('/')),
            visibility: js::text(&document, "visibilityState"),
        }
    }

    /// Sets session, path and visibility. The path has no query, which may contain private data.
    pub(crate) fn describe(&self, root: &mut SpanRecord) {
        join_session(root);
        let attributes = [
            ("url.path", &self.path),
            ("browser.document.visibility", &self.visibility),
        ];
        for (key, value) in attributes {
            if let Some(value) = value {
                set_missing(root, key, value);
            }
        }
    }
}

/// Adds the root to the session, and links it to the session's previous root.
fn join_session(root: &mut SpanRecord) {
    let Some(session) = session::join(&root.context) else {
        return;
    };
    set_missing(root, "session.id", &session.id);
    if let Some(previous_id) = session.previous_id {
        set_missing(root, "session.previous_id", &previous_id);
    }
    if let Some(previous) = session.previous_root {
        let attributes = [KeyValue::new("link.type", "previous_trace")];
        root.add_link(&previous, (&attributes, 0));
    }
}

/// Sets an attribute unless the application has set it.
fn set_missing(root: &mut SpanRecord, key: &str, value: &str) {
    if !root.attributes.contains(key) {
        root.attributes.set(key, value);
    }
}
