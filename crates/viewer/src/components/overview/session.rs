//! A session: its actions in order, with the gaps between them.

use otel_web_yew::use_route_template;
use trace_model::overview::{Coverage, SessionAction, SessionTimeline, Vital};
use yew::prelude::*;

use super::{frame::Frame, sessions::vital_badge};
use crate::{
    components::link::Link,
    date::Timestamp,
    format,
    hooks::{OverviewRequest, Url, use_overview},
    overview_state::OverviewPage,
    text,
};

/// A shorter pause between two actions is not shown.
const MIN_GAP_NANOS: u64 = 1_000_000_000;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct SessionPageProps {
    pub(crate) url: Url,
    pub(crate) id: String,
    pub(crate) is_live: bool,
}

#[component]
pub(crate) fn SessionPage(props: &SessionPageProps) -> Html {
    use_route_template("/sessions/:id");
    let url = &props.url;
    let id = String::from(js_sys::encode_uri_component(&props.id));
    let path = format!("api/sessions/{id}");
    let request = OverviewRequest::of(url, &path, "/api/sessions/{session_id}");
    let overview = use_overview::<SessionTimeline>(request, props.is_live);
    let data = overview.state.data.clone();
    let user = data
        .as_ref()
        .map(|data| data.session.user.clone())
        .filter(|user| !user.is_empty());
    let title = html! {
        <>
            <Link url={url.clone()} view={url.view.with_page(OverviewPage::Sessions)} class="crumb">{ "Sessions" }</Link>
            <span class="crumb" aria-hidden="true">{ " / " }</span>
            { text::name(user.as_deref().unwrap_or(&props.id)) }
        </>
    };
    let note = data.as_ref().map(|data| note(data));
    html! {
        <Frame url={url.clone()} {title} note={note.unwrap_or_default()} is_loaded={data.is_some()}
            coverage={Coverage { cut_short: data.as_ref().is_some_and(|data| data.cut_short), ..Coverage::default() }} error={overview.state.error.clone()}
            has_pending={overview.state.pending.is_some()} on_retry={overview.retry} on_show_pending={overview.show_pending} on_freeze={overview.freeze}>
            if let Some(data) = data {
                <ol class="timeline">
                    for (index, action) in data.actions.iter().enumerate() {
                        { gap(index.checked_sub(1).map(|index| &data.actions[index]), action) }
                        { row(url, action) }
                    }
                </ol>
                if data.left_out > 0 {
                    <p class="muted">{ format!("{} later actions are left out.", format::count(data.left_out)) }</p>
                }
            }
        </Frame>
    }
}

fn note(data: &SessionTimeline) -> Html {
    let session = &data.session;
    let length = session
        .end_unix_nano
        .saturating_sub(session.start_unix_nano);
    html! {
        <>
            <time>{ Timestamp::from_unix_nano(session.start_unix_nano).local() }</time>
            { format!(", {}, {} in {}, {} failed", session.session_id,
                format::quantity(usize::try_from(session.actions).unwrap_or(usize::MAX), "action"),
                format::duration(length), format::count(session.errors)) }
        </>
    }
}

fn gap(previous: Option<&SessionAction>, action: &SessionAction) -> Html {
    let Some(previous) = previous else {
        return html! {};
    };
    let end = previous
        .start_unix_nano
        .saturating_add(previous.duration_nano);
    let gap = action.start_unix_nano.saturating_sub(end);
    if gap < MIN_GAP_NANOS {
        return html! {};
    }
    html! { <li key={format!("gap {}", action.trace_id)} class="gap muted">{ format!("{} later", format::duration(gap)) }</li> }
}

fn row(url: &Url, action: &SessionAction) -> Html {
    let name = if action.name.is_empty() {
        "(no name)"
    } else {
        &action.name
    };
    let local = Timestamp::from_unix_nano(action.start_unix_nano).local();
    let time = local.get(11..23).unwrap_or_default().to_owned();
    html! {
        <li key={action.trace_id.to_string()} class={classes!("timeline-action", action.is_error.then_some("error"))}>
            <time>{ time }</time>
            <span>
                <Link url={url.clone()} view={url.view.with_trace(action.trace_id)} class="action-name">{ text::name(name) }</Link>
                <span class="action-route">{ text::name(&action.route) }{ " " }{ text::name(&action.service) }</span>
            </span>
            <span class="timeline-marks">
                if action.is_error { <span class="badge badge-error">{ "failed" }</span> }
                if action.is_frustrated { <span class="badge">{ "frustrated" }</span> }
                for vital in Vital::ALL {
                    { action.vitals.get(vital).map(|value| vital_badge(vital, value)) }
                }
            </span>
            <span class="number">{ format::duration(action.duration_nano) }</span>
        </li>
    }
}
