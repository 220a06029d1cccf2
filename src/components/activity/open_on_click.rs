//! Opens the page of a crud on a click anywhere on its card.

use std::rc::Rc;

use api_types::Activity;
use otel_web_yew::use_action;
use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::components::link::{has_modifier_key, push};
use crate::route::Route;

/// The elements of a card that react to a click themselves.
const INTERACTIVE: &str = "a, button";

/// Returns the click handler of the card. It ignores clicks on links and buttons, and clicks that end a text selection.
#[hook]
pub(super) fn use_open_on_click(activity: &Rc<Activity>) -> Callback<MouseEvent> {
    let (navigator, activity) = (use_navigator(), activity.clone());
    let open = use_action("crud.open", move |_: MouseEvent| {
        if let Some(navigator) = &navigator {
            let route = Route::status(&activity.handle, &activity.uuid);
            push(navigator, &route, None);
        }
        std::future::ready(())
    });
    // Not part of the action, so that other clicks do not start one.
    Callback::from(move |event: MouseEvent| {
        if !has_modifier_key(&event) && !is_on_interactive(&event) && !is_text_selected() {
            // A reply is inside the card of its crud.
            event.stop_propagation();
            open.emit(event);
        }
    })
}

fn is_on_interactive(event: &MouseEvent) -> bool {
    let element = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    let closest = element.and_then(|element| element.closest(INTERACTIVE).ok());
    closest.flatten().is_some()
}

fn is_text_selected() -> bool {
    let selection = web_sys::window().and_then(|window| window.get_selection().ok());
    let selection = selection.flatten();
    selection.is_some_and(|selection| !selection.is_collapsed())
}
