//! The top bar: logo, search box, connection state and buttons.

use yew::prelude::*;

use super::{
    icon::{Icon, IconKind},
    link::Link,
    overview::nav::Nav,
    search_box::SearchBox,
};
use crate::{
    hooks::{Dispatch, Url},
    live::{Action, Connection, Live, Loaded},
    overview_state::OverviewPage,
};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct TopBarProps {
    pub(crate) url: Url,
    /// Describes the first invalid term of the query.
    pub(crate) problem: Option<String>,
    pub(crate) live: Live,
    pub(crate) dispatch: Dispatch,
    pub(crate) on_help: Callback<()>,
}

#[component]
pub(crate) fn TopBar(props: &TopBarProps) -> Html {
    let url = &props.url;
    let (class, label) = state(&props.live);
    let paused = props.live.paused;
    let on_pause = Callback::from({
        let dispatch = props.dispatch.clone();
        move |_| dispatch.dispatch(Action::Pause(!paused))
    });
    let pause = if paused { "Resume" } else { "Pause" };
    html! {
        <header class="top">
            <Link class="brand" label="Traces, front page" url={url.clone()} view={url.view.with_page(OverviewPage::Actions)}>
                <Icon kind={IconKind::Logo} />
                <span>{ "Traces" }</span>
            </Link>
            <SearchBox url={url.clone()} problem={props.problem.clone()} />
            <div class="top-end">
                <Nav url={url.clone()} />
                <span class={classes!("pill", class)} role="status">
                    <i class="dot" aria-hidden="true" />
                    { label }
                </span>
                <button class="button pause" aria-pressed={paused.to_string()} title="While paused, new traces are not added to the list" onclick={on_pause}>{ pause }</button>
                <button class="key-button" aria-label="Keyboard shortcuts" title="Keyboard shortcuts (?)"
                    onclick={props.on_help.reform(|_| ())}>{ "?" }</button>
            </div>
        </header>
    }
}

/// Returns the class and the label of the state. "Live" means that the list is up to date.
fn state(live: &Live) -> (&'static str, &'static str) {
    match (live.connection, &live.loaded) {
        (Connection::Connecting, _) => ("waiting", "Connecting"),
        (Connection::Lost { .. }, _) => ("failed", "Offline"),
        (Connection::Open, Loaded::Failed(_)) => ("failed", "Not up to date"),
        (Connection::Open, _) if live.paused => ("waiting", "Paused"),
        (Connection::Open, _) => ("live", "Live"),
    }
}
