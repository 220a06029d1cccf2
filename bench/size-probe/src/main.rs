//! A minimal page: a click sends a request and shows the response.
//!
//! `cargo xtask size` builds it without telemetry, with the core of otel-web (setup, one action, one traced request), and
//! with each of otel-web's features. The differences of the sizes are the cost of telemetry.

#[cfg(not(feature = "core"))]
mod plain;
#[cfg(feature = "core")]
mod traced;

#[cfg(not(feature = "core"))]
use plain as telemetry;
#[cfg(feature = "core")]
use traced as telemetry;

use gloo_net::Error;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;

fn main() {
    telemetry::install();
    let on_click = Closure::<dyn Fn()>::new(|| telemetry::act(load()));
    if let Some(body) = web_sys::window().and_then(|window| window.document()?.document_element()) {
        // Only contradictory options fail, and this listener has none.
        drop(body.add_event_listener_with_callback("click", on_click.as_ref().unchecked_ref()));
    }
    on_click.forget();
}

async fn load() {
    let text = response().await.unwrap_or_else(|error| error.to_string());
    if let Some(body) = web_sys::window().and_then(|window| window.document()?.document_element()) {
        body.set_text_content(Some(&text));
    }
}

async fn response() -> Result<String, Error> {
    telemetry::Request::get("/api/activities/home")
        .send()
        .await?
        .text()
        .await
}
