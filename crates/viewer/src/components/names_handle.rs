//! The handle that resizes the name column, by dragging or with the arrow keys. A double-click or
//! Home resets the width.

use web_sys::{Element, KeyboardEvent};
use yew::prelude::*;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct NamesHandleProps {
    /// CSS pixels.
    pub(crate) width: f64,
    /// Receives `None` for the default width.
    pub(crate) on_width: Callback<Option<f64>>,
}

/// How far an arrow key moves the handle.
const KEY_STEP_PX: f64 = 16.0;

#[component]
pub(crate) fn NamesHandle(props: &NamesHandleProps) -> Html {
    let handle = use_node_ref();
    // The position of the pointer and the width when the drag started.
    let drag = use_mut_ref(|| None::<(f64, f64)>);
    let (width, on_width) = (props.width, props.on_width.clone());
    let on_start = {
        let (drag, handle) = (drag.clone(), handle.clone());
        Callback::from(move |event: PointerEvent| {
            *drag.borrow_mut() = Some((f64::from(event.client_x()), width));
            if let Some(handle) = handle.cast::<Element>() {
                // Without capture, the drag ends when the pointer leaves the handle.
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
                "ArrowLeft" => Some(width - KEY_STEP_PX),
                "ArrowRight" => Some(width + KEY_STEP_PX),
                "Home" => None,
                _ => return,
            };
            // Otherwise the arrow keys would move the selection.
            event.prevent_default();
            on_width.emit(chosen);
        })
    };
    html! {
        <div ref={handle} class="names-handle" role="slider" aria-orientation="horizontal" tabindex="0"
            aria-label="Width of the name column" aria-valuenow={format!("{width:.0}")}
            title="Drag to resize the name column; double-click to reset"
            onpointerdown={on_start} onpointermove={on_move}
            onpointerup={on_end.clone()} onpointercancel={on_end} onkeydown={on_key}
            ondblclick={on_width.reform(|_: MouseEvent| None)} />
    }
}
