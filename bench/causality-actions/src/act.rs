//! The work of an action after its click.

use std::time::Duration;

use futures_util::future::join;
use gloo_timers::future::sleep;
use opentelemetry::global;
use opentelemetry::trace::Tracer as _;
use otel_web::fetch::Request;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::AbortSignal;

use crate::piece_done;

// Not of web-sys: with that feature, cargo would compile the frameworks again for the causality pages.
#[wasm_bindgen]
extern "C" {
    type AbortController;

    #[wasm_bindgen(constructor)]
    fn new() -> AbortController;

    #[wasm_bindgen(method, getter)]
    fn signal(this: &AbortController) -> AbortSignal;

    #[wasm_bindgen(method)]
    fn abort(this: &AbortController);
}

/// Makes a span, of which only the trace matters.
pub fn mark(what: &str, number: u32) {
    global::tracer("app").in_span(format!("m.{what} {number}"), |_| ());
}

async fn pause(milliseconds: u32) {
    sleep(Duration::from_millis(milliseconds.into())).await;
}

async fn load(what: &str, number: u32) {
    // A failed request is detected by its missing spans.
    drop(Request::get(&path(what, number)).send().await);
}

fn path(what: &str, number: u32) -> String {
    format!("/otlp/m/{what}/{number}")
}

/// Does the work of an action after its click.
pub async fn act(number: u32) {
    pause(number % 7).await;
    mark("timer", number);
    join(load("one", number), load("other", number)).await;
    mark("joined", number);
    otel_web::spawn(outer(number));
    abort(number).await;
    mark("aborted", number);
    piece_done();
}

async fn outer(number: u32) {
    pause(1).await;
    otel_web::spawn(async move {
        pause(number % 3).await;
        mark("nested", number);
        piece_done();
    });
}

/// Sends a request and aborts it before its response.
async fn abort(number: u32) {
    let controller = AbortController::new();
    let signal = controller.signal();
    otel_web::spawn(async move {
        pause(number % 5).await;
        controller.abort();
    });
    let request = Request::get(&path("slow", number)).abort_signal(Some(&signal));
    drop(request.send().await);
}

/// Loads the data of an effect that the action of this button has caused.
pub async fn load_after_like(number: u32) {
    mark("effect", number);
    load("effect", number).await;
    pause(number % 4).await;
    mark("loaded", number);
    piece_done();
}

/// Loads the data of a page to which the action of this button has navigated.
pub async fn load_page(number: u32) {
    mark("page", number);
    load("page", number).await;
    mark("shown", number);
    piece_done();
}
