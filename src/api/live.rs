//! The back end's event stream.
//!
//! `EventSource` and not `fetch`: the browser reconnects by itself, and needs no code to parse the
//! stream. It sends no `traceparent`, which a stream of hours should not have anyway.

use api_types::live::{ALIVE_EVENT, LiveMessage, LiveState, MESSAGE_EVENT, READY_EVENT};
use gloo_events::EventListener;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsCast;
use web_sys::{Event, EventSource, MessageEvent};
use yew::Callback;

use super::response::from_text;

/// An event of the stream.
#[derive(Clone, Debug)]
pub(crate) enum LiveEvent {
    /// The stream begins, for the first time or again.
    Ready(LiveState),
    Message(Box<LiveMessage>),
    /// Nothing happened, but the stream works.
    Alive,
    /// The back end rejected the stream. The browser does not try again.
    Closed,
}

/// An open stream. Dropping it closes the stream.
#[must_use = "dropping it closes the stream"]
pub(crate) struct LiveStream {
    source: EventSource,
    _listeners: [EventListener; 4],
}

impl LiveStream {
    /// Opens the stream. `None` if the browser has no `EventSource`.
    pub(crate) fn open(on_event: &Callback<LiveEvent>) -> Option<Self> {
        let source = EventSource::new("/api/events").ok()?;
        let listen = |name: &str, read: fn(&Event) -> Option<LiveEvent>| {
            let on_event = on_event.clone();
            EventListener::new(&source, name.to_owned(), move |event| {
                if let Some(event) = read(event) {
                    on_event.emit(event);
                }
            })
        };
        let listeners = [
            listen(READY_EVENT, |event| data(event).map(LiveEvent::Ready)),
            listen(MESSAGE_EVENT, |event| {
                data(event).map(|message| LiveEvent::Message(Box::new(message)))
            }),
            listen(ALIVE_EVENT, |_| Some(LiveEvent::Alive)),
            listen("error", |event| {
                is_closed(event).then_some(LiveEvent::Closed)
            }),
        ];
        Some(Self {
            source,
            _listeners: listeners,
        })
    }
}

impl Drop for LiveStream {
    fn drop(&mut self) {
        self.source.close();
    }
}

fn data<T: DeserializeOwned>(event: &Event) -> Option<T> {
    let text = event.dyn_ref::<MessageEvent>()?.data().as_string()?;
    from_text(&text)
}

/// Returns whether the browser has given up the stream of this event.
fn is_closed(event: &Event) -> bool {
    let source = event
        .target()
        .and_then(|it| it.dyn_into::<EventSource>().ok());
    source.is_some_and(|source| source.ready_state() == EventSource::CLOSED)
}
