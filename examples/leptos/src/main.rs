//! A Leptos page. Each click, form and route change is one trace, with the requests that it causes.
//!
//! Start an OTLP/HTTP receiver on 127.0.0.1:4318, such as the gateway, then run `trunk serve` in this folder.

use leptos::ev::{MouseEvent, SubmitEvent};
use leptos::prelude::*;
use leptos_router::components::{A, Route, Router, Routes};
use leptos_router::hooks::use_params_map;
use leptos_router::path;
use otel_web::Telemetry;
use otel_web::fetch::{Error, Request};
use otel_web_leptos::{on_action, trace_tasks, traced, use_route_template};

#[component]
fn App() -> impl IntoView {
    view! {
        <Router>
            <nav><A href="/">"All teas"</A></nav>
            <main>
                <Routes fallback=|| "There is no such page.">
                    <Route path=path!("/") view=Teas />
                    <Route path=path!("/teas/:id") view=Tea />
                </Routes>
            </main>
        </Router>
    }
}

#[component]
fn Teas() -> impl IntoView {
    // The name of the navigation to this page.
    use_route_template("/");
    let likes = RwSignal::new(0);
    // The name identifies the action in the list of traces. Use a fixed set of names: a noun and a verb.
    let like = on_action("shop.like", move |_: MouseEvent| async move {
        likes.update(|likes| *likes += 1);
    });
    view! {
        <h1>"Teas"</h1>
        <ul>
            <li><A href="/teas/1">"Assam"</A></li>
            <li><A href="/teas/2">"Sencha"</A></li>
        </ul>
        <button on:click=like>"Like"</button>
        <p>{likes} " likes"</p>
    }
}

#[component]
fn Tea() -> impl IntoView {
    use_route_template("/teas/:id");
    let id = use_params_map();
    // Part of the click that led here. Runs again for each id.
    let description =
        LocalResource::new(move || traced(describe(id.read().get("id").unwrap_or_default())));
    view! {
        <h1>"Tea"</h1>
        <p>
            {move || match &*description.read() {
                Some(Ok(text)) => text.clone(),
                Some(Err(_)) => "Not available.".to_owned(),
                None => "Loading…".to_owned(),
            }}
        </p>
        <Order />
    }
}

#[component]
fn Order() -> impl IntoView {
    let cups = RwSignal::new("1".to_owned());
    let total = RwSignal::new(String::new());
    let order = on_action("tea.order", move |event: SubmitEvent| {
        event.prevent_default();
        // A returned error is recorded on the action.
        async move {
            let sum = price(&cups.get_untracked()).await;
            total.set(match &sum {
                Ok(sum) => format!("That is {sum} euros."),
                Err(_) => "Please enter a number.".to_owned(),
            });
            sum
        }
    });
    view! {
        <form on:submit=order>
            <label>"Cups " <input bind:value=cups /></label>
            <button>"Order"</button>
        </form>
        <p>{total}</p>
    }
}

async fn describe(id: String) -> Result<String, Error> {
    let request = Request::get(&format!("/teas/{id}.txt")).url_template("/teas/{id}.txt");
    request.send().await?.text().await
}

/// Fails if `cups` is not a number.
async fn price(cups: &str) -> Result<u32, Box<dyn std::error::Error>> {
    let cups: u32 = cups.parse()?;
    // A child of the form's span, like everything else in this future, after any number of awaits.
    let price = Request::get("/teas/price.txt").send().await?.text().await?;
    Ok(cups * price.trim().parse::<u32>()?)
}

fn main() {
    // First, so that the trace of the page load is complete.
    Telemetry::builder("example-leptos")
        .endpoint("/otlp")
        .install();
    trace_tasks();
    leptos::mount::mount_to_body(App);
}
