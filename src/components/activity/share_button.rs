//! Shares the URL of a crud with the system's share sheet, or copies it where that is not available.

use api_types::{Activity, visible::without_bidi_controls};
use otel_web_yew::use_action;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::ShareData;
use yew::prelude::*;
use yew_router::Routable;

use super::props::ActivityProps;
use crate::components::icon::Icon;
use crate::hooks::use_toasts;
use crate::route::Route;

#[component]
pub(crate) fn ShareButton(props: &ActivityProps) -> Html {
    let (activity, toasts) = (props.activity.clone(), use_toasts());
    let onclick = use_action("crud.share", move |_: MouseEvent| {
        let (activity, toasts) = (activity.clone(), toasts.clone());
        async move {
            let url = url_of(&activity);
            match share(&activity, &url).await {
                Ok(text) => toasts.success(text),
                Err(_) => toasts.success(format!("Copy this link: {url}")),
            }
        }
    });
    html! {
        <button type="button" class="action" aria-label="Share" {onclick}>{ Icon::Share.draw() }</button>
    }
}

async fn share(activity: &Activity, url: &str) -> Result<&'static str, JsValue> {
    let navigator = web_sys::window().ok_or(JsValue::NULL)?.navigator();
    if !js_sys::Reflect::has(&navigator, &"share".into())? {
        JsFuture::from(navigator.clipboard().write_text(url)).await?;
        return Ok("Link copied");
    }
    let data = ShareData::new();
    data.set_title(&format!(
        "{} on Cruddur",
        without_bidi_controls(activity.name())
    ));
    data.set_text(&activity.message);
    data.set_url(url);
    match JsFuture::from(navigator.share_with_data(&data)).await {
        Ok(_) => Ok("Shared"),
        Err(error) if is_abort(&error) => Ok("Not shared"),
        Err(error) => Err(error),
    }
}

/// Returns whether the user closed the share sheet, which is not an error.
fn is_abort(error: &JsValue) -> bool {
    error
        .dyn_ref::<web_sys::DomException>()
        .is_some_and(|error| error.name() == "AbortError")
}

fn url_of(activity: &Activity) -> String {
    let origin = web_sys::window()
        .and_then(|window| window.location().origin().ok())
        .unwrap_or_default();
    format!(
        "{origin}{}",
        Route::status(&activity.handle, &activity.uuid).to_path()
    )
}
