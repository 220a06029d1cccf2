//! The title of the tab, and so of the entry in the browser's history.

use yew::prelude::*;

#[hook]
pub(crate) fn use_title(title: &str) {
    use_effect_with(title.to_owned(), |title| {
        if let Some(document) = web_sys::window().and_then(|window| window.document()) {
            document.set_title(&format!("{title} · Cruddur"));
        }
    });
}
