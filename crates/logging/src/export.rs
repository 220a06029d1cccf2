//! Passes events to an exporter.

use serde_json::Value;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::{Layer, layer::Context};

use crate::fields::Fields;

/// An event as it is logged, for an exporter.
#[derive(Debug)]
pub struct LoggedEvent {
    /// The level.
    pub level: Level,
    /// The target, which is the path of a module by default.
    pub target: &'static str,
    /// The message.
    pub message: String,
    /// The other fields, in the order of the macro. Errors are texts with their causes.
    pub fields: Vec<(&'static str, Value)>,
}

/// A layer that calls a function for each event.
#[derive(Debug)]
pub(crate) struct ExportLayer(pub(crate) fn(LoggedEvent));

impl<S: Subscriber> Layer<S> for ExportLayer {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let Fields { message, others } = Fields::of(event);
        self.0(LoggedEvent {
            level: *event.metadata().level(),
            target: event.metadata().target(),
            message,
            fields: others.0,
        });
    }
}
