//! Links to the views of a trace.

use yew::prelude::*;

use super::{guide::Guide, link::Link};
use crate::{hooks::Url, standalone::is_standalone, tab::Tab};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct TraceTabsProps {
    pub(crate) url: Url,
}

#[component]
pub(crate) fn TraceTabs(props: &TraceTabsProps) -> Html {
    let url = &props.url;
    let guide = use_state_eq(|| false);
    let show = |open: bool| {
        let guide = guide.clone();
        move || guide.set(open)
    };
    let (open, close) = (show(true), show(false));
    html! {
        <div class="tab-row">
        <nav class="tabs" aria-label="Views of the trace">
            for tab in Tab::ALL.into_iter().filter(|tab| !is_standalone() || !tab.needs_gateway()) {
                <Link key={tab.name()} url={url.clone()} view={url.view.with_tab(tab)} current={url.view.tab == tab}>{ tab.title() }</Link>
            }
        </nav>
        <button class="text-button guide-button" onclick={move |_: MouseEvent| open()}>{ "How to read this" }</button>
        <Guide open={*guide} on_close={Callback::from(move |()| close())} />
        </div>
    }
}
