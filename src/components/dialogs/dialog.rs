//! A modal dialog: the browser's own, which keeps the focus inside and the page behind it inert.
//! Closes on its button, on Escape, and on a press outside it.

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

/// Shows the dialog as soon as it stands in the page, and gives the focus back when it goes.
#[hook]
fn use_modal() -> NodeRef {
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with((), move |()| {
            let before = focused();
            let dialog = node.cast::<HtmlDialogElement>();
            // Fails for a dialog outside the document only, and this one was just put there.
            let _ = dialog.as_ref().map(HtmlDialogElement::show_modal);
            move || give_back(dialog, before)
        });
    }
    node
}

/// Closes the dialog first: while it is open, nothing outside of it can take the focus.
fn give_back(dialog: Option<HtmlDialogElement>, before: Option<HtmlElement>) {
    if let Some(dialog) = dialog {
        dialog.close();
    }
    // What had the focus may have gone meanwhile: then it falls back to the page.
    let _ = before.map(|element| element.focus());
}

fn focused() -> Option<HtmlElement> {
    web_sys::window()?
        .document()?
        .active_element()?
        .dyn_into()
        .ok()
}

/// A press that began inside and ended outside is a selection that went too far: both must be outside.
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

/// The dialog's content covers it wholly: what hits the dialog itself hit its backdrop.
fn is_backdrop(node: &NodeRef, event: &MouseEvent) -> bool {
    event
        .target()
        .is_some_and(|target| node.get().is_some_and(|node| *target == **node))
}
