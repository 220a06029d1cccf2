//! Chooses the overview of the address.

use yew::prelude::*;

use super::{
    actions::ActionsPage, heatmap::HeatmapPage, logs::LogsPage, service_map::ServiceMapPage,
    session::SessionPage, sessions::SessionsPage, vitals::VitalsPage,
};
use crate::{
    components::notices::FirstTrace,
    hooks::{Url, use_title},
    overview_state::OverviewPage,
};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct PaneProps {
    pub(crate) url: Url,
    pub(crate) page: OverviewPage,
    /// While paused, overviews are not refreshed.
    pub(crate) is_live: bool,
    /// Whether the gateway has no traces at all.
    pub(crate) is_empty: bool,
}

#[component]
pub(crate) fn OverviewPane(props: &PaneProps) -> Html {
    use_title(props.page.title());
    let (url, is_live) = (props.url.clone(), props.is_live);
    if props.is_empty && props.page == OverviewPage::Actions {
        return html! { <div class="overview first-trace"><FirstTrace /></div> };
    }
    match &props.page {
        OverviewPage::Actions => html! { <ActionsPage {url} {is_live} /> },
        OverviewPage::Heatmap => html! { <HeatmapPage {url} {is_live} /> },
        OverviewPage::Sessions => html! { <SessionsPage {url} {is_live} /> },
        OverviewPage::Session(id) => {
            html! { <SessionPage key={id.clone()} {url} {is_live} id={id.clone()} /> }
        }
        OverviewPage::Map => html! { <ServiceMapPage {url} {is_live} /> },
        OverviewPage::Vitals => html! { <VitalsPage {url} {is_live} /> },
        OverviewPage::Logs => html! { <LogsPage {url} {is_live} /> },
    }
}
