//! What stands where a feed has nothing to show: why, and what to do.

use yew::prelude::*;

use crate::components::icon::Icon;

#[derive(Properties, PartialEq)]
pub(crate) struct NoticeProps {
    pub(crate) icon: Icon,
    pub(crate) title: AttrValue,
    pub(crate) text: AttrValue,
    /// A failure is announced at once.
    #[prop_or_default]
    pub(crate) urgent: bool,
    /// What to do about it.
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
