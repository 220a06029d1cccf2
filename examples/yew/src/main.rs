//! A Yew page with one button. Each click on it is one trace: the action `greeting.load`, and below
//! it the request it makes.
//!
//! Start something that takes OTLP/HTTP on 127.0.0.1:4318, then `trunk serve` in this folder.

use otel_web::Telemetry;
use otel_web::fetch::{Error, Request};
use otel_web_yew::{install_panic_hook, use_action};
use yew::prelude::*;

#[component]
fn App() -> Html {
    let greeting = use_state(|| "Nobody was greeted yet.".to_owned());
    // The name is what you will look for among the traces: few names, each a noun and a verb.
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

/// An error that comes out of here is recorded on the action.
async fn load(greeting: UseStateHandle<String>) -> Result<(), Error> {
    // Belongs to the click, like everything this future does, however many awaits later.
    let response = Request::get("/greeting.txt").send().await?;
    greeting.set(response.text().await?);
    Ok(())
}

fn main() {
    // Before anything else, so that the page load is seen from its beginning.
    install_panic_hook();
    Telemetry::builder("example-yew")
        .endpoint("/otlp")
        .install();
    yew::Renderer::<App>::new().render();
}
