//! Live updates as server-sent events.
//!
//! `ready` has the state of the account at the beginning of the stream, and again when the stream may have
//! missed something; `message` is a direct message.
//! `alive` is sent every 15 seconds.

use std::{convert::Infallible, time::Duration};

use api_types::live::{ALIVE_EVENT, MESSAGE_EVENT, READY_EVENT};
use axum::{
    Router,
    extract::State,
    http::{HeaderName, header},
    response::{
        AppendHeaders, IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
    routing::get,
};
use futures_util::{StreamExt, stream};

use crate::{
    AppState, Error,
    cookies::Tokens,
    error::Failure,
    extract::SignedIn,
    services::{account, live::LiveEvent},
};

/// The path of the streams.
pub(crate) const EVENTS_PATH: &str = "/api/events";

/// How long a browser waits before it opens a new stream after one has ended.
const RETRY: Duration = Duration::from_secs(2);

/// nginx would collect events in a buffer.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

pub(super) fn routes() -> Router<AppState> {
    Router::new().route(EVENTS_PATH, get(events))
}

async fn events(
    State(state): State<AppState>,
    SignedIn(user): SignedIn,
    tokens: Tokens,
) -> Result<Response, Error> {
    // A bearer token could expire during the stream, and `EventSource` cannot send it anyway.
    let token = tokens.session.ok_or(Error::Unauthorized(
        "Event streams need a session: sign in instead of sending a bearer token.",
    ))?;
    let session = account::session_id(&token);
    let (live_state, subscription) = state.live.subscribe(&state.db, &user, session).await?;
    let ready = event(LiveEvent::Ready(live_state));
    let ready = ready.map_err(|error| Failure::new("axum::Error", error))?;
    let others = stream::unfold(subscription, |mut subscription| async move {
        // Fails only for maps with keys that are not strings, and ends the stream.
        let event = event(subscription.next_event().await?).ok()?;
        Some((event, subscription))
    });
    let events = stream::iter([ready]).chain(others).map(Ok::<_, Infallible>);
    let heartbeat = KeepAlive::new()
        .interval(state.live.limits().heartbeat)
        .event(Event::default().event(ALIVE_EVENT).data("{}"));
    let headers = AppendHeaders([(X_ACCEL_BUFFERING, "no")]);
    let mut response = (headers, Sse::new(events).keep_alive(heartbeat)).into_response();
    // `no-cache`, which `Sse` sets, permits to store the stream.
    let no_store = header::HeaderValue::from_static("no-store");
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, no_store);
    Ok(response)
}

fn event(event: LiveEvent) -> Result<Event, axum::Error> {
    match event {
        LiveEvent::Ready(state) => {
            let ready = Event::default().event(READY_EVENT).retry(RETRY);
            ready.json_data(state)
        }
        LiveEvent::Message(message) => Event::default().event(MESSAGE_EVENT).json_data(message),
    }
}
