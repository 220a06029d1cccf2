//! The keyboard shortcuts, while the page is busy.

use std::{cell::RefCell, rc::Rc};

use gloo_timers::future::TimeoutFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use yew::prelude::*;

use super::support::{Mounted, document, press};
use crate::hooks::{Key, use_keys};

/// Longer than Yew renders before it lets the browser do something else, and runs the effects later.
const SLOW_RENDER_MS: f64 = 40.0;

#[derive(Clone, PartialEq, Properties)]
struct SlowProps {
    handled: Rc<RefCell<Vec<u32>>>,
}

/// Counts its renders, of which each is slow. Keys are pressed after each, before its effects.
#[component]
fn Slow(props: &SlowProps) -> Html {
    let render = use_state(|| 1);
    let (number, handled) = (*render, props.handled.clone());
    use_keys(move |key| {
        handled.borrow_mut().push(number);
        if number < 2 {
            render.set(number + 1);
        }
        key == Key::Down
    });
    wait(SLOW_RENDER_MS);
    wasm_bindgen_futures::spawn_local(async {
        press("ArrowDown", &document().body().unwrap());
    });
    html! { <p>{ number }</p> }
}

fn wait(ms: f64) {
    let start = js_sys::Date::now();
    while js_sys::Date::now() < start + ms {}
}

#[wasm_bindgen_test]
async fn keys_before_the_effects_go_to_the_latest_render() {
    let handled = Rc::<RefCell<Vec<u32>>>::default();
    let props = SlowProps {
        handled: Rc::clone(&handled),
    };
    let page = Mounted::component::<Slow>(props, (200, 200));
    page.until_texts("p", &["2"]).await;
    assert_eq!(*handled.borrow(), [1, 2]);
    drop(page);
    // The listener is removed with the component, which Yew does in a later task.
    for _ in 0..500 {
        if Rc::strong_count(&handled) == 1 {
            return;
        }
        TimeoutFuture::new(20).await;
    }
    panic!("the listener stays after its component");
}
