//! A link to another view. With a modifier key, the browser opens it in a new tab.

use yew::prelude::*;

use crate::{hooks::Url, route::View};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct LinkProps {
    pub(crate) url: Url,
    pub(crate) view: View,
    /// Whether the view is the one that is shown.
    #[prop_or_default]
    pub(crate) current: bool,
    #[prop_or_default]
    pub(crate) class: Classes,
    /// The accessible name, if the content does not say enough.
    #[prop_or_default]
    pub(crate) label: Option<AttrValue>,
    pub(crate) children: Html,
}

#[component]
pub(crate) fn Link(props: &LinkProps) -> Html {
    let LinkProps { url, view, .. } = props;
    let onclick = {
        let (url, view) = (url.clone(), view.clone());
        Callback::from(move |event: MouseEvent| {
            if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
                event.prevent_default();
                url.push(&view);
            }
        })
    };
    html! {
        <a class={props.class.clone()} href={Url::href(view)} aria-label={props.label.clone()} aria-current={props.current.then_some("page")} {onclick}>
            { props.children.clone() }
        </a>
    }
}
