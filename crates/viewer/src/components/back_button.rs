//! The button that leads back to the list. The stylesheet shows it on phones, where a page hides the list.

use yew::prelude::*;

use super::icon::{Icon, IconKind};
use crate::hooks::Url;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct BackButtonProps {
    pub(crate) url: Url,
}

#[component]
pub(crate) fn BackButton(props: &BackButtonProps) -> Html {
    let url = props.url.clone();
    let on_back = Callback::from(move |_| url.push(&url.view.without_trace()));
    html! {
        <button class="back" aria-label="Back to the list" onclick={on_back}><Icon kind={IconKind::Back} /></button>
    }
}
