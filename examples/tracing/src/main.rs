//! A page whose spans come from the crate `tracing`. Each click on its button is one trace: the action
//! `greeting.load`, below it the function `load`, and below that the request.
//!
//! Start an OTLP/HTTP receiver on 127.0.0.1:4318, such as the gateway, then run `trunk serve` in this folder.

use otel_web::Telemetry;
use otel_web::fetch::{Error, Request};
use wasm_bindgen::prelude::*;
use web_sys::{Document, Element};

fn main() -> Result<(), JsValue> {
    // First, so that the trace of the page load is complete.
    Telemetry::builder("example-tracing")
        .endpoint("/otlp")
        .install();
    // Fails only if a subscriber is set already.
    tracing::subscriber::set_global_default(otel_web::tracing::Subscriber::new())
        .map_err(|error| error.to_string())?;

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
    otel_web::action("greeting.load")
        .start()
        .run(async move { show(&greeting, load("/greeting.txt").await) });
}

/// A child of the click's span. A returned error is recorded on both.
#[tracing::instrument(err)]
async fn load(url: &str) -> Result<String, Error> {
    // A child of this function's span.
    let response = Request::get(url).send().await?;
    // An event of this function's span.
    tracing::info!(status = response.status(), "response received");
    response.text().await
}

#[tracing::instrument(skip_all)]
fn show(greeting: &Element, text: Result<String, Error>) {
    let text = text.unwrap_or_else(|_| "The greeting could not be loaded.".to_owned());
    tracing::info!(characters = text.chars().count(), "greeting shown");
    greeting.set_text_content(Some(&text));
}

fn element(document: &Document, id: &str) -> Result<Element, JsValue> {
    let found = document.get_element_by_id(id);
    found.ok_or_else(|| ["no element with id ", id].concat().into())
}
