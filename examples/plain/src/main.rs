//! A page without a framework and with one button. Each click on it is one trace: the action
//! `greeting.load`, and below it the request it makes.
//!
//! Start something that takes OTLP/HTTP on 127.0.0.1:4318, then `trunk serve` in this folder.

use otel_web::Telemetry;
use otel_web::fetch::{Error, Request};
use wasm_bindgen::prelude::*;
use web_sys::{Document, Element};

fn main() -> Result<(), JsValue> {
    // Before anything else, so that the page load is seen from its beginning.
    Telemetry::builder("example-plain")
        .endpoint("/otlp")
        .install();

    let document = web_sys::window().and_then(|window| window.document());
    let document = document.ok_or("this runs in a page")?;
    let greeting = element(&document, "greeting")?;
    let greet = Closure::<dyn Fn()>::new(move || act(greeting.clone()));
    element(&document, "greet")?
        .add_event_listener_with_callback("click", greet.as_ref().unchecked_ref())?;
    // The listener stays as long as the page does.
    greet.forget();
    Ok(())
}

fn act(greeting: Element) {
    // The name is what you will look for among the traces: few names, each a noun and a verb.
    otel_web::action("greeting.load").start().run(async move {
        if let Err(error) = load(&greeting).await {
            otel_web::record_error(error);
        }
    });
}

async fn load(greeting: &Element) -> Result<(), Error> {
    // Belongs to the click, like everything this future does, however many awaits later.
    let response = Request::get("/greeting.txt").send().await?;
    greeting.set_text_content(Some(&response.text().await?));
    Ok(())
}

fn element(document: &Document, id: &str) -> Result<Element, JsValue> {
    let found = document.get_element_by_id(id);
    found.ok_or_else(|| ["the page has no #", id].concat().into())
}
