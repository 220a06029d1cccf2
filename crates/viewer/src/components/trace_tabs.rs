//! Links to the views of a trace.

use yew::prelude::*;

use super::link::Link;
use crate::{hooks::Url, tab::Tab};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct TraceTabsProps {
    pub(crate) url: Url,
}

#[component]
pub(crate) fn TraceTabs(props: &TraceTabsProps) -> Html {
    let url = &props.url;
    html! {
        <nav class="tabs" aria-label="Views of the trace">
            for tab in Tab::ALL {
                <Link key={tab.name()} url={url.clone()} view={url.view.with_tab(tab)} current={url.view.tab == tab}>{ tab.title() }</Link>
            }
        </nav>
    }
}
