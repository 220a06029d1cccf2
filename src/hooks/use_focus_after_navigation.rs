//! Moves the focus to the heading of the page, so that screen readers announce it.

use gloo_timers::callback::Timeout;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::state::session::Session;
use crate::state::use_store;

const HEADING: &str = "main h1";

/// Focuses the heading after each navigation, sign-in and sign-out, but not after the page load.
#[hook]
pub(crate) fn use_focus_after_navigation() {
    let location = use_location().map(|it| (it.path().to_owned(), it.query_str().to_owned()));
    let generation = use_store::<Session>().generation;
    let is_first = use_mut_ref(|| true);
    use_effect_with((location, generation), move |_| {
        if !is_first.replace(false) {
            focus_heading();
        }
    });
}

/// Focuses the heading in the next task: a dialog that is being closed first restores the focus.
pub(crate) fn focus_heading() {
    Timeout::new(0, focus_now).forget();
}

fn focus_now() {
    let document = web_sys::window().and_then(|window| window.document());
    let heading = document.and_then(|document| document.query_selector(HEADING).ok()?);
    let heading = heading.and_then(|heading| heading.dyn_into::<HtmlElement>().ok());
    let options = web_sys::FocusOptions::new();
    // The navigation determines the scroll position.
    options.set_prevent_scroll(true);
    if let Some(heading) = heading {
        // Fails for no element of this document.
        let _ = heading.focus_with_options(&options);
    }
}
