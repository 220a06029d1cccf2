//! Live updates as server-sent events.
//!
//! `trace` carries the summary of a new or changed trace; `logs` the id of a trace that got log
//! records, `{"trace_id": "…"}`; `removed` says that traces were removed by request, so that lists
//! have to be requested again; `status` carries the state of the gateway, at the
//! start and after changes, at most once per second. `alive` is sent every ten seconds: a stream
//! without it is broken even if it is not closed. A listener that lags behind is disconnected. It
//! reconnects and requests the list again.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    extract::{Query, State},
    response::sse::{Event, KeepAlive, Sse},
};
use futures_util::{Stream, StreamExt, stream};
use serde::Deserialize;
use tokio::{
    sync::broadcast,
    time::{Interval, MissedTickBehavior, interval},
};
use trace_model::Status;

use super::Api;
use crate::{hub::Update, status::StatusSource, store::TraceQuery};

const STATUS_INTERVAL: Duration = Duration::from_secs(1);

/// The viewer reconnects after three intervals without an event.
const ALIVE_INTERVAL: Duration = Duration::from_secs(10);

#[derive(Debug, Deserialize)]
pub(super) struct EventsQuery {
    service: Option<String>,
}

pub(super) async fn stream(
    State(api): State<Api>,
    Query(query): Query<EventsQuery>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let listener = Listener::new(&api, query.service);
    let events = stream::unfold(listener, |mut listener| async move {
        let event = listener.next().await?;
        Some((Ok(event), listener))
    });
    // Otherwise open streams would delay the shutdown.
    let events = events.take_until(Box::pin(api.shutdown.cancelled_owned()));
    Sse::new(events).keep_alive(KeepAlive::default())
}

struct Listener {
    updates: broadcast::Receiver<Arc<Update>>,
    service: Option<String>,
    source: StatusSource,
    ticks: Interval,
    alive: Interval,
    last_status: Option<Status>,
}

impl Listener {
    fn new(api: &Api, service: Option<String>) -> Self {
        let mut ticks = interval(STATUS_INTERVAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            updates: api.hub.listen(),
            service,
            source: api.status.clone(),
            ticks,
            alive: interval(ALIVE_INTERVAL),
            last_status: None,
        }
    }

    /// Returns the next event, or `None` if the listener lags too far behind.
    async fn next(&mut self) -> Option<Event> {
        loop {
            tokio::select! {
                update = self.updates.recv() => {
                    if let Some(event) = self.update(&*update.ok()?) {
                        return Some(event);
                    }
                }
                _ = self.alive.tick() => {
                    return Some(Event::default().event("alive").data("{}"));
                }
                _ = self.ticks.tick() => {
                    if let Some(event) = self.status() {
                        return Some(event);
                    }
                }
            }
        }
    }

    fn update(&self, update: &Update) -> Option<Event> {
        match update {
            Update::Trace { service, json } => {
                let is_shown = TraceQuery::shows_service(self.service.as_deref(), service);
                is_shown.then(|| Event::default().event("trace").data(json))
            }
            Update::Logs(trace_id) => {
                let data = format!(r#"{{"trace_id":"{trace_id}"}}"#);
                Some(Event::default().event("logs").data(data))
            }
            Update::Removed => Some(Event::default().event("removed").data("{}")),
        }
    }

    fn status(&mut self) -> Option<Event> {
        let status = self.source.status();
        if self.last_status.as_ref() == Some(&status) {
            return None;
        }
        let event = Event::default().event("status").json_data(&status).ok();
        self.last_status = Some(status);
        event
    }
}
