//! A Yew page. Each click on its button is one trace: the action `greeting.load` and, as its child, the request.
//!
//! Start an OTLP/HTTP receiver on 127.0.0.1:4318, such as the gateway, then run `trunk serve` in this folder.

use otel_web::Telemetry;
use otel_web::fetch::{Error, Request};
use otel_web_yew::{install_panic_hook, use_action};
use yew::prelude::*;

#[component]
fn App() -> Html {
    let greeting = use_state(|| "Click the button to load a greeting.".to_owned());
    // The name identifies the action in the list of traces. Use a fixed set of names: a noun and a verb.
    let onclick = use_action("greeting.load", {
        let greeting = greeting.clone();
        move |_: MouseEvent| load(greeting.clone())
    });
    html! {
        <>
            <button {onclick}>{ "Greet me" }</button>
            <p>{ &*greeting }</p>
        </>
    }
}

/// Loads the greeting. Returned errors are recorded on the action's span.
async fn load(greeting: UseStateHandle<String>) -> Result<(), Error> {
    // A child of the click's span, like everything else in this future, after any number of awaits.
    let response = Request::get("/greeting.txt").send().await?;
    greeting.set(response.text().await?);
    Ok(())
}

fn main() {
    // First, so that the trace of the page load is complete.
    install_panic_hook();
    Telemetry::builder("example-yew")
        .endpoint("/otlp")
        .install();
    yew::Renderer::<App>::new().render();
}
