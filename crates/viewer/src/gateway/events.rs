//! The gateway's event stream (server-sent events).

use serde::{Deserialize, de::DeserializeOwned};
use trace_model::{Status, TraceId, TraceSummary};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Event, EventSource, MessageEvent};
use yew::Callback;

use crate::base;

/// An event of the stream.
#[derive(Debug)]
pub(crate) enum Update {
    Connected,
    Trace(Box<TraceSummary>),
    /// A trace got log records.
    Logs(TraceId),
    Status(Box<Status>),
    /// Traces were removed by request.
    Removed,
    /// The stream works, but nothing has changed.
    KeepAlive,
    /// The connection failed or ended.
    Disconnected,
}

/// The data of the event `logs`.
#[derive(Deserialize)]
struct Logs {
    trace_id: TraceId,
}

type Listener = Closure<dyn Fn(Event)>;

/// An open stream. Dropping it closes the stream.
#[must_use = "dropping it closes the stream"]
pub(crate) struct Stream {
    source: EventSource,
    /// The browser calls them by reference, so they live as long as the stream.
    _listeners: Vec<Listener>,
}

impl Stream {
    /// Opens the stream. `None` if the browser has no `EventSource`.
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
            // Adding a listener fails only for an aborted signal, and there is none.
            let _ = source.add_event_listener_with_callback(event, function);
            listener
        };
        let listeners = vec![
            listen("open", |_| Some(Update::Connected)),
            listen("error", |_| Some(Update::Disconnected)),
            listen("trace", |event| {
                data(event).map(|summary| Update::Trace(Box::new(summary)))
            }),
            listen("logs", |event| {
                data(event).map(|logs: Logs| Update::Logs(logs.trace_id))
            }),
            listen("removed", |_| Some(Update::Removed)),
            listen("alive", |_| Some(Update::KeepAlive)),
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
