//! The links between the list of traces and the overviews.

use yew::prelude::*;

use crate::{components::link::Link, hooks::Url, overview_state::OverviewPage, route::Screen};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct NavProps {
    pub(crate) url: Url,
}

#[component]
pub(crate) fn Nav(props: &NavProps) -> Html {
    let view = &props.url.view;
    let is_trace = !matches!(
        view.screen,
        Screen::Overview(_) | Screen::Sinks | Screen::Data
    );
    let pages = [
        ("Sessions", OverviewPage::Sessions),
        ("Map", OverviewPage::Map),
        ("Vitals", OverviewPage::Vitals),
        ("Logs", OverviewPage::Logs),
    ];
    let is_current = |page: &OverviewPage| match &view.screen {
        Screen::Overview(OverviewPage::Heatmap) => *page == OverviewPage::Actions,
        Screen::Overview(OverviewPage::Session(_)) => *page == OverviewPage::Sessions,
        Screen::Overview(current) => current == page,
        _ => false,
    };
    html! {
        <nav class="views" aria-label="Views">
            <Link url={props.url.clone()} current={is_current(&OverviewPage::Actions)} view={view.with_page(OverviewPage::Actions)}>{ "Actions" }</Link>
            <Link url={props.url.clone()} view={view.without_trace()} current={is_trace}>{ "All traces" }</Link>
            for (label, page) in pages {
                <Link key={label} url={props.url.clone()} current={is_current(&page)} view={view.with_page(page)}>{ label }</Link>
            }
        </nav>
    }
}
