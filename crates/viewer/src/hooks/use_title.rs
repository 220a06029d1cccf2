//! The title of the browser's tab, which also names the history entry.

use yew::{functional::use_effect_with, hook};

/// Sets the title while the component is shown.
#[hook]
pub(crate) fn use_title(title: &str) {
    use_effect_with(title.to_owned(), |title| {
        let document = web_sys::window().and_then(|window| window.document());
        if let Some(document) = &document {
            document.set_title(&format!("{title} · Traces"));
        }
        move || {
            if let Some(document) = document {
                document.set_title("Traces");
            }
        }
    });
}
