//! A Dioxus page. Each click, form and route change is one trace, with the requests that it causes.
//!
//! Start an OTLP/HTTP receiver on 127.0.0.1:4318, such as the gateway, then run `trunk serve` in this folder.

use dioxus::prelude::*;
use otel_web::Telemetry;
use otel_web::fetch::Request;
use otel_web_dioxus::{action, traced};

#[derive(Clone, Debug, PartialEq, Routable)]
enum Page {
    #[layout(Frame)]
    #[route("/")]
    Teas {},
    #[route("/teas/:id")]
    Tea { id: u32 },
}

#[component]
fn App() -> Element {
    rsx! {
        Router::<Page> {}
    }
}

#[component]
fn Frame() -> Element {
    rsx! {
        nav {
            Link { to: Page::Teas {}, "All teas" }
        }
        main { Outlet::<Page> {} }
    }
}

#[component]
fn Teas() -> Element {
    // The name of the navigation to this page.
    otel_web::set_route_template("/");
    let mut likes = use_signal(|| 0);
    // The name identifies the action in the list of traces. Use a fixed set of names: a noun and a verb.
    let like = move |_| action("shop.like", async move { likes += 1 });
    rsx! {
        h1 { "Teas" }
        ul {
            li { Link { to: Page::Tea { id: 1 }, "Assam" } }
            li { Link { to: Page::Tea { id: 2 }, "Sencha" } }
        }
        button { onclick: like, "Like" }
        p { "{likes} likes" }
    }
}

#[component]
fn Tea(id: ReadSignal<u32>) -> Element {
    otel_web::set_route_template("/teas/:id");
    // Part of the click that led here. Runs again for each id.
    let description = use_resource(move || traced(describe(id())));
    let text = match description() {
        Some(Ok(text)) => text,
        Some(Err(_)) => "Not available.".to_owned(),
        None => "Loading…".to_owned(),
    };
    rsx! {
        h1 { "Tea {id}" }
        p { "{text}" }
        Order {}
    }
}

#[component]
fn Order() -> Element {
    let mut cups = use_signal(|| "1".to_owned());
    let mut total = use_signal(String::new);
    let order = move |event: FormEvent| {
        event.prevent_default();
        async move {
            // An error is recorded on the action.
            let sum = action("tea.order", price(cups())).await;
            total.set(match sum {
                Ok(sum) => format!("That is {sum} euros."),
                Err(_) => "Please enter a number.".to_owned(),
            });
        }
    };
    rsx! {
        form { onsubmit: order,
            label { "Cups " input { value: cups, oninput: move |event| cups.set(event.value()) } }
            button { "Order" }
        }
        p { "{total}" }
    }
}

async fn describe(id: u32) -> Result<String> {
    let request = Request::get(&format!("/teas/{id}.txt")).url_template("/teas/{id}.txt");
    Ok(request.send().await?.text().await?)
}

/// Fails if `cups` is not a number.
async fn price(cups: String) -> Result<u32> {
    let cups: u32 = cups.parse()?;
    // A child of the form's span, like everything else in this future, after any number of awaits.
    let price = Request::get("/teas/price.txt").send().await?.text().await?;
    Ok(cups * price.trim().parse::<u32>()?)
}

fn main() {
    // First, so that the trace of the page load is complete.
    Telemetry::builder("example-dioxus")
        .endpoint("/otlp")
        .install();
    dioxus::launch(App);
}
