//! The line above everything: who we are, what to look for, whether it is live.

use yew::prelude::*;

use super::{
    icon::{Icon, Picture},
    search_box::SearchBox,
};
use crate::{
    hooks::{Dispatch, Url},
    live::{Action, Connection, Live, Loaded},
};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct TopBarProps {
    pub(crate) url: Url,
    /// What of the query could not be understood.
    pub(crate) problem: Option<String>,
    pub(crate) live: Live,
    pub(crate) dispatch: Dispatch,
    pub(crate) on_help: Callback<()>,
}

#[component]
pub(crate) fn TopBar(props: &TopBarProps) -> Html {
    let url = &props.url;
    let (state, label) = state(&props.live);
    let paused = props.live.paused;
    let on_pause = Callback::from({
        let dispatch = props.dispatch.clone();
        move |_| dispatch.dispatch(Action::Pause(!paused))
    });
    let pause = if paused { "Resume" } else { "Pause" };
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
                <button class="button pause" aria-pressed={paused.to_string()} title="While paused, new traces wait" onclick={on_pause}>{ pause }</button>
                <button class="key-button" aria-label="Keyboard shortcuts" title="Keyboard shortcuts (?)"
                    onclick={props.on_help.reform(|_| ())}>{ "?" }</button>
            </div>
        </header>
    }
}

/// Live only while what is shown is what the gateway has.
fn state(live: &Live) -> (&'static str, &'static str) {
    match (live.connection, &live.loaded) {
        (Connection::Connecting, _) => ("waiting", "Connecting"),
        (Connection::Gone(_), _) => ("gone", "Offline"),
        (Connection::Open, Loaded::Failed(_)) => ("gone", "Not up to date"),
        (Connection::Open, _) if live.paused => ("waiting", "Paused"),
        (Connection::Open, _) => ("live", "Live"),
    }
}
