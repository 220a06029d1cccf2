//! Live updates as server-sent events.
//!
//! `trace` carries a summary whenever a trace was created or grew; `status` the gateway's
//! state, first at once and then when it changed, at most each second. `alive` comes every
//! ten seconds: a stream without it is broken, though no end of it arrived. A listener that is
//! too slow is disconnected: it connects again by itself and lists what it missed.

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
use crate::{hub::TraceUpdate, status::StatusSource, store::TraceQuery};

const STATUS_EVERY: Duration = Duration::from_secs(1);

/// The viewer takes a stream that was silent for three times as long for dead.
const ALIVE_EVERY: Duration = Duration::from_secs(10);

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
    // Without an end of their own, open streams would keep the gateway from stopping.
    let events = events.take_until(Box::pin(api.stopping.signal()));
    Sse::new(events).keep_alive(KeepAlive::default())
}

struct Listener {
    updates: broadcast::Receiver<Arc<TraceUpdate>>,
    service: Option<String>,
    source: StatusSource,
    ticks: Interval,
    alive: Interval,
    shown: Option<Status>,
}

impl Listener {
    fn new(api: &Api, service: Option<String>) -> Self {
        let mut ticks = interval(STATUS_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            updates: api.hub.listen(),
            service,
            source: api.status.clone(),
            ticks,
            alive: interval(ALIVE_EVERY),
            shown: None,
        }
    }

    /// None when the listener fell behind.
    async fn next(&mut self) -> Option<Event> {
        loop {
            tokio::select! {
                update = self.updates.recv() => {
                    if let Some(event) = self.trace(&*update.ok()?) {
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

    fn trace(&self, update: &TraceUpdate) -> Option<Event> {
        let shown = TraceQuery::shows_service(self.service.as_deref(), &update.service);
        shown.then(|| Event::default().event("trace").data(&update.json))
    }

    fn status(&mut self) -> Option<Event> {
        let status = self.source.status();
        if self.shown.as_ref() == Some(&status) {
            return None;
        }
        let event = Event::default().event("status").json_data(&status).ok();
        self.shown = Some(status);
        event
    }
}
