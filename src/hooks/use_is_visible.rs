//! Whether the page is visible.

use gloo_events::EventListener;
use web_sys::{Document, VisibilityState};
use yew::prelude::*;

/// Returns whether the page is visible, and re-renders the component when that changes.
#[hook]
pub(crate) fn use_is_visible() -> bool {
    let visible = use_state_eq(|| document().is_none_or(|document| is_visible(&document)));
    {
        let visible = visible.setter();
        use_effect_with((), move |()| {
            let listener = document().map(|document| {
                let observed = document.clone();
                EventListener::new(&document, "visibilitychange", move |_| {
                    visible.set(is_visible(&observed))
                })
            });
            move || drop(listener)
        });
    }
    *visible
}

fn document() -> Option<Document> {
    web_sys::window()?.document()
}

fn is_visible(document: &Document) -> bool {
    document.visibility_state() == VisibilityState::Visible
}
