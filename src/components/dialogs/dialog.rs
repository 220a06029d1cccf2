//! A modal `<dialog>`, which keeps the focus inside and makes the rest of the page inert.
//!
//! It closes with its button, with Escape, and with a click on the backdrop.

use wasm_bindgen::JsCast;
use web_sys::{HtmlDialogElement, HtmlElement};
use yew::prelude::*;

use crate::components::icon::Icon;

#[derive(Properties, PartialEq)]
pub(crate) struct DialogProps {
    pub(crate) title: AttrValue,
    pub(crate) onclose: Callback<()>,
    pub(crate) children: Html,
}

#[component]
pub(crate) fn Dialog(props: &DialogProps) -> Html {
    let node = use_modal();
    let (onmousedown, onclick) = use_backdrop(&node, &props.onclose);
    let oncancel = {
        let onclose = props.onclose.clone();
        Callback::from(move |event: Event| {
            event.prevent_default();
            onclose.emit(());
        })
    };
    let close = props.onclose.reform(|_: MouseEvent| ());
    html! {
        <dialog ref={node} aria-label={props.title.clone()} {oncancel} {onmousedown} {onclick}>
            <div class="dialog-header">
                <h2>{ &props.title }</h2>
                <button type="button" class="round" aria-label="Close" onclick={close}>{ Icon::Close.draw() }</button>
            </div>
            <div class="dialog-body">{ props.children.clone() }</div>
        </dialog>
    }
}

/// Opens the dialog when it is mounted, and restores the focus when it is unmounted.
#[hook]
fn use_modal() -> NodeRef {
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with((), move |()| {
            let before = focused();
            let dialog = node.cast::<HtmlDialogElement>();
            // Fails only for a dialog outside the document, and this one was just mounted.
            let _ = dialog.as_ref().map(HtmlDialogElement::show_modal);
            move || close(dialog, before)
        });
    }
    node
}

/// Closes the dialog before moving the focus: while it is open, no element outside of it can be focused.
fn close(dialog: Option<HtmlDialogElement>, before: Option<HtmlElement>) {
    if let Some(dialog) = dialog {
        dialog.close();
    }
    // Fails if the element was removed in the meantime. The focus then falls back to the document.
    let _ = before.map(|element| element.focus());
}

fn focused() -> Option<HtmlElement> {
    web_sys::window()?
        .document()?
        .active_element()?
        .dyn_into()
        .ok()
}

/// Returns the event handlers that close the dialog on a click on the backdrop.
///
/// The button must be pressed and released on the backdrop: a text selection may end there by accident.
#[hook]
fn use_backdrop(
    node: &NodeRef,
    onclose: &Callback<()>,
) -> (Callback<MouseEvent>, Callback<MouseEvent>) {
    let pressed = use_mut_ref(|| false);
    let onmousedown = {
        let (node, pressed) = (node.clone(), pressed.clone());
        Callback::from(move |event: MouseEvent| *pressed.borrow_mut() = is_backdrop(&node, &event))
    };
    let (node, onclose) = (node.clone(), onclose.clone());
    let onclick = Callback::from(move |event: MouseEvent| {
        if pressed.replace(false) && is_backdrop(&node, &event) {
            onclose.emit(());
        }
    });
    (onmousedown, onclick)
}

/// Returns whether the event's target is the backdrop. The content covers the whole dialog, so an event on the
/// dialog element itself is on its backdrop.
fn is_backdrop(node: &NodeRef, event: &MouseEvent) -> bool {
    event
        .target()
        .is_some_and(|target| node.get().is_some_and(|node| *target == **node))
}
