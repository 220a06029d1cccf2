//! Sets the document title.

use api_types::visible::without_bidi_controls;
use yew::prelude::*;

/// Sets the title of the tab and of its entry in the browser's history.
#[hook]
pub(crate) fn use_title(title: &str) {
    use_effect_with(title.to_owned(), |title| {
        if let Some(document) = web_sys::window().and_then(|window| window.document()) {
            // Titles have no markup to isolate the text's direction with.
            document.set_title(&format!("{} · Cruddur", without_bidi_controls(title)));
        }
    });
}
