//! The line above everything: who we are, what to look for, whether it is live.

use yew::prelude::*;

use super::{
    icon::{Icon, Picture},
    search_box::SearchBox,
};
use crate::{hooks::Url, live::Connection};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct TopBarProps {
    pub(crate) url: Url,
    /// What of the query could not be understood.
    pub(crate) problem: Option<String>,
    pub(crate) connection: Connection,
    pub(crate) on_help: Callback<()>,
}

#[component]
pub(crate) fn TopBar(props: &TopBarProps) -> Html {
    let url = &props.url;
    let (state, label) = match props.connection {
        Connection::Connecting => ("waiting", "Connecting"),
        Connection::Open => ("live", "Live"),
        Connection::Gone(_) => ("gone", "Offline"),
    };
    let on_home = Callback::from({
        let url = url.clone();
        move |event: MouseEvent| {
            event.prevent_default();
            url.push(&url.view.without_trace());
        }
    });
    html! {
        <header class="top">
            <a class="brand" aria-label="Traces" href={Url::href(&url.view.without_trace())} onclick={on_home}>
                <Icon picture={Picture::Logo} />
                <span>{ "Traces" }</span>
            </a>
            <SearchBox url={url.clone()} problem={props.problem.clone()} />
            <div class="top-end">
                <span class={classes!("pill", state)} role="status">
                    <i class="dot" aria-hidden="true" />
                    { label }
                </span>
                <button class="key-button" aria-label="Keyboard shortcuts" title="Keyboard shortcuts (?)"
                    onclick={props.on_help.reform(|_| ())}>{ "?" }</button>
            </div>
        </header>
    }
}
