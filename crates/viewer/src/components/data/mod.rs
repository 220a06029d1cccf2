//! The page for data: import, export and removal of traces.

mod clear;
mod export;
mod import;

use otel_web_yew::use_route_template;
use yew::prelude::*;

use self::{clear::ClearSection, export::ExportSection, import::ImportSection};
use super::back_button::BackButton;
use crate::{
    hooks::{Imports, Url, use_title},
    live::Live,
};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct DataPageProps {
    pub(crate) url: Url,
    pub(crate) live: Live,
    pub(crate) imports: Imports,
}

#[component]
pub(crate) fn DataPage(props: &DataPageProps) -> Html {
    use_route_template("/data");
    use_title("Data");
    let DataPageProps { url, live, imports } = props;
    html! {
        <main class="data">
            <header class="trace-title">
                <BackButton url={url.clone()} />
                <h1>{ "Data" }</h1>
            </header>
            <ImportSection url={url.clone()} imports={imports.clone()} />
            <ExportSection url={url.clone()} />
            <ClearSection traces={live.traces.clone()} status={live.status.clone()} />
        </main>
    }
}
