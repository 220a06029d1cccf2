//! Sessions: who was here, and how it went.

use otel_web_yew::use_route_template;
use trace_model::overview::{Session, Sessions, Vital};
use yew::prelude::*;

use super::{actions::PageProps, frame::Frame};
use crate::{
    components::link::Link,
    format,
    hooks::{OverviewRequest, Url, use_now, use_overview},
    overview_state::OverviewPage,
    text,
};

#[component]
pub(crate) fn SessionsPage(props: &PageProps) -> Html {
    use_route_template("/sessions");
    let request = OverviewRequest::of(&props.url, "api/sessions", "/api/sessions");
    let overview = use_overview::<Sessions>(request, props.is_live);
    let data = overview.state.data.clone();
    let now = use_now();
    let note = data.as_ref().map(|data| {
        let left_out = match data.left_out {
            0 => String::new(),
            count => format!(", {} earlier ones are left out", format::count(count)),
        };
        html! { format!("{}, latest first{left_out}", format::quantity(data.sessions.len(), "session")) }
    });
    html! {
        <Frame url={props.url.clone()} title={html! { "Sessions" }} note={note.unwrap_or_default()} is_loaded={data.is_some()}
            coverage={data.as_ref().map(|data| data.coverage).unwrap_or_default()} error={overview.state.error.clone()}
            has_pending={overview.state.pending.is_some()} on_retry={overview.retry} on_show_pending={overview.show_pending} on_freeze={overview.freeze}>
            if let Some(data) = data {
                if data.sessions.is_empty() {
                    <p class="note">{ "No sessions in this time range. A session is the attribute session.id of root spans." }</p>
                } else {
                    { table(&props.url, &data.sessions, now) }
                }
            }
        </Frame>
    }
}

fn table(url: &Url, sessions: &[Session], now: f64) -> Html {
    html! {
        <div class="table-scroll">
            <table class="figures-table">
                <caption class="visually-hidden">{ "Sessions" }</caption>
                <thead><tr>
                    <th scope="col">{ "Session" }</th>
                    <th scope="col" class="number">{ "Last seen" }</th>
                    <th scope="col" class="number wide">{ "Length" }</th>
                    <th scope="col" class="number">{ "Actions" }</th>
                    <th scope="col" class="number">{ "Errors" }</th>
                    <th scope="col" class="number wide">{ "Rage, error, dead clicks" }</th>
                    <th scope="col" class="number">{ "Worst vital" }</th>
                </tr></thead>
                <tbody>{ for sessions.iter().map(|session| row(url, session, now)) }</tbody>
            </table>
        </div>
    }
}

fn row(url: &Url, session: &Session, now: f64) -> Html {
    let view = url
        .view
        .with_page(OverviewPage::Session(session.session_id.clone()));
    let length = session
        .end_unix_nano
        .saturating_sub(session.start_unix_nano);
    let clicks = [
        session.rage_clicks,
        session.error_clicks,
        session.dead_clicks,
    ];
    let name = if session.user.is_empty() {
        &session.session_id
    } else {
        &session.user
    };
    html! {
        <tr key={session.session_id.clone()}>
            <th scope="row">
                <Link url={url.clone()} {view} class="action-name">{ text::name(name) }</Link>
                if !session.user.is_empty() {
                    <span class="action-route">{ text::name(&session.session_id) }</span>
                }
            </th>
            <td class="number">{ format::age(now - session.end_unix_nano as f64 / 1e6) }</td>
            <td class="number wide">{ format::duration(length) }</td>
            <td class="number">{ format::count(session.actions) }</td>
            <td class={classes!("number", (session.errors > 0).then_some("warn"))}>{ format::count(session.errors) }</td>
            <td class="number wide">{ clicks.map(format::count).join(", ") }</td>
            <td class="number">{ session.worst_vital.and_then(|vital| Some(vital_badge(vital, session.vitals.get(vital)?))) }</td>
        </tr>
    }
}

/// A vital's name and value, in the color and with the word of its band.
pub(super) fn vital_badge(vital: Vital, value: f64) -> Html {
    let (class, word) = super::vitals::band(vital.band(value));
    html! {
        <span class={classes!("vital", class)} title={word}>
            { vital.name().to_uppercase() }{ " " }{ super::vitals::value(vital, value) }
            <span class="visually-hidden">{ ", " }{ word }</span>
        </span>
    }
}
