//! A dialog over the page. Escape closes it.

use web_sys::HtmlDialogElement;
use yew::prelude::*;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct DialogProps {
    pub(crate) title: AttrValue,
    pub(crate) open: bool,
    pub(crate) on_close: Callback<()>,
    pub(crate) children: Html,
}

#[component]
pub(crate) fn Dialog(props: &DialogProps) -> Html {
    let dialog = use_node_ref();
    use_effect_with((props.open, dialog.clone()), |(open, dialog)| {
        let Some(dialog) = dialog.cast::<HtmlDialogElement>() else {
            return;
        };
        if *open && !dialog.open() {
            // Fails only for a dialog that is open already.
            let _ = dialog.show_modal();
        } else if !*open && dialog.open() {
            dialog.close();
        }
    });
    let close_when_open = {
        let (open, on_close) = (props.open, props.on_close.clone());
        Callback::from(move |_: Event| {
            if open {
                on_close.emit(());
            }
        })
    };
    html! {
        <dialog class="help" ref={dialog} onclose={close_when_open} aria-label={props.title.clone()}>
            <div class="help-heading">
                <h2>{ &props.title }</h2>
                <button class="button" onclick={props.on_close.reform(|_| ())}>{ "Close" }</button>
            </div>
            if props.open {
                { props.children.clone() }
            }
        </dialog>
    }
}
