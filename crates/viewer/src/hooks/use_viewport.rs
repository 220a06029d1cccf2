//! What a scrolling element shows of its content, kept up to date.

use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Element, Event, ResizeObserver};
use yew::{
    functional::{UseStateHandle, use_effect_with, use_state_eq},
    hook,
    html::NodeRef,
};

use crate::layout::window::Viewport;

#[hook]
pub(crate) fn use_viewport(node: &NodeRef) -> Viewport {
    let viewport = use_state_eq(Viewport::default);
    let state = viewport.clone();
    use_effect_with(node.clone(), move |node| {
        let watch = node
            .cast::<Element>()
            .map(|element| Watch::start(element, state));
        move || drop(watch)
    });
    *viewport
}

struct Watch {
    element: Element,
    observer: Option<ResizeObserver>,
    on_scroll: Closure<dyn Fn(Event)>,
    _on_resize: Closure<dyn Fn(JsValue)>,
}

impl Watch {
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
            // Calls back at once: the first measure.
            observer.observe(&element);
        }
        // Registering a listener only fails for a signal that was aborted; there is none.
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

impl Drop for Watch {
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
