//! The stream of changes (server-sent events): closed when the value is dropped.

use serde::de::DeserializeOwned;
use trace_model::{Status, TraceSummary};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Event, EventSource, MessageEvent};
use yew::Callback;

use crate::base;

/// What the stream says.
#[derive(Debug)]
pub(crate) enum Update {
    Connected,
    Trace(Box<TraceSummary>),
    Status(Box<Status>),
    /// The stream works, and has nothing to say.
    Alive,
    /// The stream ended; the gateway is gone or going.
    Gone,
}

type Listener = Closure<dyn Fn(Event)>;

#[must_use = "dropping it closes the stream"]
pub(crate) struct Stream {
    source: EventSource,
    /// The browser calls them by reference: they must live as long as the stream.
    _listeners: Vec<Listener>,
}

impl Stream {
    /// None where the browser has no `EventSource`.
    pub(crate) fn open(on_update: &Callback<Update>) -> Option<Self> {
        let source = EventSource::new(&base::url("api/events")).ok()?;
        let listen = |event: &str, read: fn(&Event) -> Option<Update>| {
            let on_update = on_update.clone();
            let listener = Listener::new(move |event: Event| {
                if let Some(update) = read(&event) {
                    on_update.emit(update);
                }
            });
            let function = listener.as_ref().unchecked_ref();
            // Registering a listener only fails for a signal that was aborted; there is none.
            let _ = source.add_event_listener_with_callback(event, function);
            listener
        };
        let listeners = vec![
            listen("open", |_| Some(Update::Connected)),
            listen("error", |_| Some(Update::Gone)),
            listen("trace", |event| {
                data(event).map(|summary| Update::Trace(Box::new(summary)))
            }),
            listen("alive", |_| Some(Update::Alive)),
            listen("status", |event| {
                data(event).map(|status| Update::Status(Box::new(status)))
            }),
        ];
        Some(Self {
            source,
            _listeners: listeners,
        })
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.source.close();
    }
}

fn data<T: DeserializeOwned>(event: &Event) -> Option<T> {
    let text = event.dyn_ref::<MessageEvent>()?.data().as_string()?;
    serde_json::from_str(&text).ok()
}
