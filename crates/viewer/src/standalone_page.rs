//! The page of an exported trace.
//!
//! The address of such a page is a file, whose path cannot change. So the state is in its fragment.

use std::rc::Rc;

use trace_model::{Trace, TraceId};
use yew::prelude::*;
use yew_router::HashRouter;

use crate::{
    components::trace_view::TraceView,
    hooks::{Url, use_url},
    shared::Shared,
};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct StandalonePageProps {
    pub(crate) trace: Shared<Trace>,
}

#[component]
pub(crate) fn StandalonePage(props: &StandalonePageProps) -> Html {
    html! { <HashRouter><Page trace={props.trace.clone()} /></HashRouter> }
}

#[component]
fn Page(props: &StandalonePageProps) -> Html {
    let url = use_url();
    let id = props.trace.trace_id();
    let shown = url.view.trace();
    use_effect_with(shown, {
        let url = url.clone();
        move |shown| {
            if shown.is_none() {
                url.replace(&url.view.with_trace(id));
            }
        }
    });
    let content = if shown.is_none_or(|shown| shown == id) {
        html! {
            <TraceView {url} trace={props.trace.clone()} in_honeycomb=false traces={Rc::default()} />
        }
    } else {
        other_trace(&url, id)
    };
    html! {
        <div class="app standalone" data-pane="trace">
            <div class="trace-pane">{ content }</div>
        </div>
    }
}

/// A link leads to a trace that is not in this file.
fn other_trace(url: &Url, id: TraceId) -> Html {
    let back = {
        let url = url.clone();
        Callback::from(move |_: MouseEvent| url.push(&url.view.with_trace(id)))
    };
    html! {
        <main class="note">
            <h1>{ "Another trace" }</h1>
            <p>{ "This file has one trace only." }</p>
            <button class="button" onclick={back}>{ "Back to it" }</button>
        </main>
    }
}
