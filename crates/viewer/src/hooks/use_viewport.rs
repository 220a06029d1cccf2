//! The visible part of a scrolling element.

use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Element, Event, ResizeObserver};
use yew::{
    functional::{UseStateHandle, use_effect_with, use_state_eq},
    hook,
    html::NodeRef,
};

use crate::layout::window::Viewport;

/// Returns the visible part of the element, and renders the component again when it changes.
#[hook]
pub(crate) fn use_viewport(node: &NodeRef) -> Viewport {
    let viewport = use_state_eq(Viewport::default);
    let state = viewport.clone();
    use_effect_with(node.clone(), move |node| {
        let observer = node
            .cast::<Element>()
            .map(|element| ViewportObserver::start(element, state));
        move || drop(observer)
    });
    *viewport
}

/// Reports scrolling and resizing until it is dropped.
struct ViewportObserver {
    element: Element,
    observer: Option<ResizeObserver>,
    on_scroll: Closure<dyn Fn(Event)>,
    _on_resize: Closure<dyn Fn(JsValue)>,
}

impl ViewportObserver {
    fn start(element: Element, state: UseStateHandle<Viewport>) -> Self {
        let measure = {
            let element = element.clone();
            move || {
                state.set(Viewport {
                    top: f64::from(element.scroll_top()),
                    height: f64::from(element.client_height()),
                    width: f64::from(element.client_width()),
                });
            }
        };
        let on_scroll = Closure::new({
            let measure = measure.clone();
            move |_: Event| measure()
        });
        let on_resize = Closure::new(move |_: JsValue| measure());
        let observer = ResizeObserver::new(on_resize.as_ref().unchecked_ref()).ok();
        if let Some(observer) = &observer {
            // It calls back at once, which is the first measurement.
            observer.observe(&element);
        }
        // Adding a listener fails only for an aborted signal, and there is none.
        let _ =
            element.add_event_listener_with_callback("scroll", on_scroll.as_ref().unchecked_ref());
        Self {
            element,
            observer,
            on_scroll,
            _on_resize: on_resize,
        }
    }
}

impl Drop for ViewportObserver {
    fn drop(&mut self) {
        let on_scroll = self.on_scroll.as_ref().unchecked_ref();
        let _ = self
            .element
            .remove_event_listener_with_callback("scroll", on_scroll);
        if let Some(observer) = &self.observer {
            observer.disconnect();
        }
    }
}
