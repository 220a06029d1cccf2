//! A message shown in place of a feed, such as an error or "no results".

use yew::prelude::*;

use crate::api::ApiError;
use crate::components::icon::Icon;

#[derive(Properties, PartialEq)]
pub(crate) struct NoticeProps {
    pub(crate) icon: Icon,
    pub(crate) title: AttrValue,
    pub(crate) text: AttrValue,
    /// Makes screen readers announce the notice at once, for errors.
    #[prop_or_default]
    pub(crate) urgent: bool,
    /// Buttons and links below the text.
    #[prop_or_default]
    pub(crate) children: Html,
}

#[component]
pub(crate) fn Notice(props: &NoticeProps) -> Html {
    html! {
        <div class="notice" role={if props.urgent { "alert" } else { "status" }}>
            { props.icon.draw() }
            <h2>{ &props.title }</h2>
            <p>{ &props.text }</p>
            <div>{ props.children.clone() }</div>
        </div>
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct LoadingFailedProps {
    pub(crate) error: ApiError,
    /// Loads again.
    pub(crate) retry: Callback<MouseEvent>,
}

/// The notice that loading failed, with a button that retries.
#[component]
pub(crate) fn LoadingFailed(props: &LoadingFailedProps) -> Html {
    html! {
        <Notice icon={Icon::Cloud} title="Loading failed" text={props.error.to_string()} urgent=true>
            <button type="button" class="pill" onclick={&props.retry}>{ "Retry" }</button>
        </Notice>
    }
}
