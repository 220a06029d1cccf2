//! The heatmap of an action, and the explanation of a selected box.

use otel_web_yew::use_route_template;
use trace_model::overview::Heatmap;
use yew::prelude::*;

use super::{
    actions::PageProps,
    explanation::ExplanationPanel,
    frame::Frame,
    plot::{Plot, table},
};
use crate::{
    components::link::Link,
    format,
    hooks::{OverviewRequest, Url, use_overview},
    overview_state::{OverviewPage, OverviewState},
    text,
};

#[component]
pub(crate) fn HeatmapPage(props: &PageProps) -> Html {
    use_route_template("/heatmap");
    let url = &props.url;
    let state = &url.view.overview;
    let request = OverviewRequest::of(url, "api/heatmap", "/api/heatmap");
    // A selected box must not move.
    let is_live = props.is_live && !state.has_selection();
    let overview = use_overview::<Heatmap>(request, is_live);
    let data = overview.state.data.clone();
    let name = if state.name.is_empty() {
        "All actions"
    } else {
        &state.name
    };
    let actions = url.view.with_page(OverviewPage::Actions);
    let actions = actions.with_overview(state.range_only());
    let title = html! {
        <>
            <Link url={url.clone()} view={actions} class="crumb">{ "Actions" }</Link>
            <span class="crumb" aria-hidden="true">{ " / " }</span>
            { text::name(name) }
            <span class="action-route">{ text::name(&state.route) }{ " " }{ text::name(&state.service) }</span>
        </>
    };
    let note = data.as_ref().map(|heatmap| figures(heatmap));
    html! {
        <Frame url={url.clone()} {title} note={note.unwrap_or_default()} is_loaded={data.is_some()}
            coverage={data.as_ref().map(|data| data.coverage).unwrap_or_default()} error={overview.state.error.clone()}
            has_pending={overview.state.pending.is_some()} on_retry={overview.retry} on_show_pending={overview.show_pending} on_freeze={overview.freeze}>
            if let Some(heatmap) = data {
                if heatmap.traces == 0 {
                    <p class="note">{ "No traces in this time range." }</p>
                } else {
                    <Plot url={url.clone()} heatmap={heatmap.clone()} />
                    { choices(url, &heatmap) }
                    if state.has_selection() {
                        <ExplanationPanel url={url.clone()} />
                    }
                    { table(&heatmap) }
                }
            }
        </Frame>
    }
}

fn figures(heatmap: &Heatmap) -> Html {
    let traces = format::quantity(
        usize::try_from(heatmap.traces).unwrap_or(usize::MAX),
        "trace",
    );
    let p95 = format::duration(heatmap.p95_nano);
    let errors = format::count(heatmap.errors);
    html! { format!("{traces}, {errors} failed, 95 % within {p95}") }
}

/// Buttons that select without a pointer, and a legend.
fn choices(url: &Url, heatmap: &Heatmap) -> Html {
    let select = |state: OverviewState| {
        let url = url.clone();
        Callback::from(move |_| url.push(&url.view.with_overview(state.clone())))
    };
    let none = url.view.overview.without_selection();
    let slowest = OverviewState {
        min_nano: (heatmap.p95_nano + 1).to_string(),
        ..none.clone()
    };
    let failed = OverviewState {
        failed: "true".to_owned(),
        ..none.clone()
    };
    html! {
        <div class="heatmap-choices">
            <button class="button" onclick={select(slowest)}>{ "Explain the slowest 5 %" }</button>
            if heatmap.errors > 0 {
                <button class="button" onclick={select(failed)}>{ "Explain the failed ones" }</button>
            }
            if url.view.overview.has_selection() {
                <button class="text-button" onclick={select(none)}>{ "Clear the selection" }</button>
            }
            <span class="muted heatmap-hint">{ "Drag a box to explain it, or use the arrow keys with Shift, then Enter. Red: failed." }</span>
        </div>
    }
}
