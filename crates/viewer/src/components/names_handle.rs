//! The edge of the column of names: drag it, move it with the arrow keys, or double-click it for
//! the default width.

use web_sys::{Element, KeyboardEvent};
use yew::prelude::*;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct NamesHandleProps {
    /// CSS pixels.
    pub(crate) width: f64,
    /// None for the default.
    pub(crate) on_width: Callback<Option<f64>>,
}

/// How far an arrow key moves the edge, in CSS pixels.
const KEY_STEP: f64 = 16.0;

#[component]
pub(crate) fn NamesHandle(props: &NamesHandleProps) -> Html {
    let handle = use_node_ref();
    // Where the drag began: the pointer, and the width there.
    let drag = use_mut_ref(|| None::<(f64, f64)>);
    let (width, on_width) = (props.width, props.on_width.clone());
    let on_start = {
        let (drag, handle) = (drag.clone(), handle.clone());
        Callback::from(move |event: PointerEvent| {
            *drag.borrow_mut() = Some((f64::from(event.client_x()), width));
            if let Some(handle) = handle.cast::<Element>() {
                // Without capture the drag ends at the edge, which is no harm.
                let _ = handle.set_pointer_capture(event.pointer_id());
            }
        })
    };
    let on_move = {
        let (drag, on_width) = (drag.clone(), on_width.clone());
        Callback::from(move |event: PointerEvent| {
            if let Some((from, width)) = *drag.borrow() {
                on_width.emit(Some(width + f64::from(event.client_x()) - from));
            }
        })
    };
    let on_end = Callback::from(move |_: PointerEvent| *drag.borrow_mut() = None);
    let on_key = {
        let on_width = on_width.clone();
        Callback::from(move |event: KeyboardEvent| {
            let chosen = match event.key().as_str() {
                "ArrowLeft" => Some(width - KEY_STEP),
                "ArrowRight" => Some(width + KEY_STEP),
                "Home" => None,
                _ => return,
            };
            // The waterfall has the arrow keys otherwise.
            event.prevent_default();
            on_width.emit(chosen);
        })
    };
    html! {
        <div ref={handle} class="names-handle" role="separator" aria-orientation="vertical" tabindex="0"
            aria-label="Width of the names" aria-valuenow={format!("{width:.0}")}
            title="Drag to resize the names; double click for the default"
            onpointerdown={on_start} onpointermove={on_move}
            onpointerup={on_end.clone()} onpointercancel={on_end} onkeydown={on_key}
            ondblclick={on_width.reform(|_: MouseEvent| None)} />
    }
}
