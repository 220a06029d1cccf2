//! The title of the tab, and so of the entry in the browser's history.

use api_types::visible::without_bidi_controls;
use yew::prelude::*;

#[hook]
pub(crate) fn use_title(title: &str) {
    use_effect_with(title.to_owned(), |title| {
        if let Some(document) = web_sys::window().and_then(|window| window.document()) {
            // A title cannot isolate the direction of what it shows.
            document.set_title(&format!("{} · Cruddur", without_bidi_controls(title)));
        }
    });
}
