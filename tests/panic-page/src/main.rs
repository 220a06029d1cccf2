//! A page whose button panics three functions deep. The optimizer would make one function of them.

mod order;

use std::hint::black_box;

use otel_web::Telemetry;
use wasm_bindgen::prelude::*;
use web_sys::Element;

fn main() -> Result<(), JsValue> {
    Telemetry::builder("panic-page").endpoint("/otlp").install();
    let document = web_sys::window().and_then(|window| window.document());
    let button = document.and_then(|document| document.get_element_by_id("order"));
    let button = button.ok_or("no button")?;
    let clicked = button.clone();
    let place = Closure::<dyn Fn()>::new(move || {
        let action = otel_web::action("order.place").start();
        let items = items(&clicked);
        action.run(async move {
            let place: fn(u32) = order::place;
            black_box(place)(items);
        });
    });
    button.add_event_listener_with_callback("click", place.as_ref().unchecked_ref())?;
    // The listener lives as long as the page.
    place.forget();
    Ok(())
}

/// Returns a number that the compiler does not know.
fn items(button: &Element) -> u32 {
    let items = button.get_attribute("data-items");
    items.and_then(|items| items.parse().ok()).unwrap_or(1)
}
