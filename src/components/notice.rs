//! A message shown in place of a feed, such as an error or "no results".

use yew::prelude::*;

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
