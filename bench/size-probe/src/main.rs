//! The smallest page that does what telemetry is for: a click makes a request and shows the answer.
//!
//! `cargo xtask size` builds it plain, with the core of otel-web (set-up, one action, one traced request), and with
//! each of otel-web's features. What the sizes differ by is what telemetry costs a visitor.

#[cfg_attr(not(feature = "core"), path = "plain.rs")]
#[cfg_attr(feature = "core", path = "traced.rs")]
mod telemetry;

use gloo_net::Error;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;

fn main() {
    telemetry::install();
    let on_click = Closure::<dyn Fn()>::new(|| telemetry::act(load()));
    if let Some(body) = web_sys::window().and_then(|window| window.document()?.document_element()) {
        // Fails only for listeners with contradictory options, and this one has none.
        drop(body.add_event_listener_with_callback("click", on_click.as_ref().unchecked_ref()));
    }
    on_click.forget();
}

async fn load() {
    let text = answer().await.unwrap_or_else(|error| error.to_string());
    if let Some(body) = web_sys::window().and_then(|window| window.document()?.document_element()) {
        body.set_text_content(Some(&text));
    }
}

async fn answer() -> Result<String, Error> {
    telemetry::Request::get("/api/activities/home")
        .send()
        .await?
        .text()
        .await
}
