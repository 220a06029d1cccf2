//! A page without a framework. Each click on its button is one trace: the action `greeting.load` and,
//! as its child, the request.
//!
//! Start an OTLP/HTTP receiver on 127.0.0.1:4318, such as the gateway, then run `trunk serve` in this folder.

use otel_web::Telemetry;
use otel_web::fetch::{Error, Request};
use wasm_bindgen::prelude::*;
use web_sys::{Document, Element};

fn main() -> Result<(), JsValue> {
    // First, so that the trace of the page load is complete.
    Telemetry::builder("example-plain")
        .endpoint("/otlp")
        .install();

    let document = web_sys::window().and_then(|window| window.document());
    let document = document.ok_or("no document: not a page")?;
    let greeting = element(&document, "greeting")?;
    let greet = Closure::<dyn Fn()>::new(move || on_click(greeting.clone()));
    element(&document, "greet")?
        .add_event_listener_with_callback("click", greet.as_ref().unchecked_ref())?;
    // The listener lives as long as the page.
    greet.forget();
    Ok(())
}

fn on_click(greeting: Element) {
    // The name identifies the action in the list of traces. Use a fixed set of names: a noun and a verb.
    otel_web::action("greeting.load").start().run(async move {
        if let Err(error) = load(&greeting).await {
            otel_web::record_error(error);
        }
    });
}

async fn load(greeting: &Element) -> Result<(), Error> {
    // A child of the click's span, like everything else in this future, after any number of awaits.
    let response = Request::get("/greeting.txt").send().await?;
    greeting.set_text_content(Some(&response.text().await?));
    Ok(())
}

fn element(document: &Document, id: &str) -> Result<Element, JsValue> {
    let found = document.get_element_by_id(id);
    found.ok_or_else(|| ["no element with id ", id].concat().into())
}
