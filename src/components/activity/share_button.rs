//! Hands a crud's address to the system's share sheet, or to the clipboard where there is none.

use api_types::{Activity, visible::without_bidi_controls};
use otel_web_yew::use_action;
use serde::Serialize;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use yew::prelude::*;
use yew_router::Routable;

use super::actions::ActivityProps;
use crate::components::icon::Icon;
use crate::hooks::use_notices;
use crate::route::Route;

/// What `navigator.share` takes.
#[derive(Serialize)]
struct Shared<'a> {
    title: String,
    text: &'a str,
    url: &'a str,
}

#[component]
pub(crate) fn ShareButton(props: &ActivityProps) -> Html {
    let (activity, notices) = (props.activity.clone(), use_notices());
    let onclick = use_action("crud.share", move |_: MouseEvent| {
        let (activity, notices) = (activity.clone(), notices.clone());
        async move {
            let address = address(&activity);
            match share(&activity, &address).await {
                Ok(done) => notices.done(done),
                Err(_) => notices.done(format!("Copy this address: {address}")),
            }
        }
    });
    html! {
        <button type="button" class="act" aria-label="Share" {onclick}>{ Icon::Share.draw() }</button>
    }
}

async fn share(activity: &Activity, address: &str) -> Result<&'static str, JsValue> {
    let navigator = web_sys::window().ok_or(JsValue::NULL)?.navigator();
    if !js_sys::Reflect::has(&navigator, &"share".into())? {
        JsFuture::from(navigator.clipboard().write_text(address)).await?;
        return Ok("Link copied");
    }
    let shared = Shared {
        title: format!("{} on Cruddur", without_bidi_controls(activity.name())),
        text: &activity.message,
        url: address,
    };
    let shared: JsValue = serde_wasm_bindgen::to_value(&shared)?;
    match JsFuture::from(navigator.share_with_data(shared.unchecked_ref())).await {
        Ok(_) => Ok("Shared"),
        Err(error) if changed_their_mind(&error) => Ok("Not shared"),
        Err(error) => Err(error),
    }
}

/// Closing the share sheet is an answer, not a failure.
fn changed_their_mind(error: &JsValue) -> bool {
    error
        .dyn_ref::<web_sys::DomException>()
        .is_some_and(|error| error.name() == "AbortError")
}

fn address(activity: &Activity) -> String {
    let origin = web_sys::window()
        .and_then(|window| window.location().origin().ok())
        .unwrap_or_default();
    format!(
        "{origin}{}",
        Route::status(&activity.handle, &activity.uuid).to_path()
    )
}
