//! The address of the page, and the settings in its document.

use crate::browser::js;

/// Returns the content of a `<meta>` element. A worker has no document, and so no settings of its own.
pub(crate) fn meta(name: &str) -> Option<String> {
    let selector = ["meta[name='", name, "']"].concat();
    let element = js::call(&js::global("document"), "querySelector", &selector.into());
    js::get(&element, "content").as_string()
}

/// Returns a property of `location`.
#[cfg(any(feature = "document-load", feature = "navigation"))]
pub(crate) fn location(part: &str) -> String {
    js::text(&js::global("location"), part).unwrap_or_default()
}
