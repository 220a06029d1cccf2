//! A layer of `tracing-subscriber`.

use tracing_core::span::{Attributes, Id, Record};
use tracing_core::{Event, Subscriber};
use tracing_subscriber::layer::Context;

use crate::tracing::events;
use crate::tracing::open_spans;

/// Records spans and events of `tracing` beside other layers, see the [module](crate::tracing).
///
/// It records all levels. Put a filter on it with `with_filter`.
///
/// # Examples
///
/// ## Beside a layer that writes to the console
///
/// ```no_run
/// use tracing_subscriber::filter::LevelFilter;
/// use tracing_subscriber::layer::SubscriberExt as _;
/// use tracing_subscriber::{Layer as _, fmt, registry};
///
/// otel_web::Telemetry::builder("shop").endpoint("/otlp").install();
/// // In a browser, a layer without time, because `std::time` panics there.
/// let console = fmt::layer().without_time();
/// let traces = otel_web::tracing::Layer::new().with_filter(LevelFilter::INFO);
/// let subscriber = registry().with(traces).with(console);
/// tracing::subscriber::set_global_default(subscriber).expect("no other subscriber is set");
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Layer {
    _private: (),
}

impl Layer {
    /// Creates a layer.
    #[must_use]
    pub const fn new() -> Self {
        Self { _private: () }
    }
}

impl<S: Subscriber> tracing_subscriber::Layer<S> for Layer {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, _: Context<'_, S>) {
        open_spans::start(id, attributes);
    }

    fn on_record(&self, span: &Id, values: &Record<'_>, _: Context<'_, S>) {
        open_spans::record(span, values);
    }

    fn on_follows_from(&self, span: &Id, follows: &Id, _: Context<'_, S>) {
        open_spans::link(span, follows);
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        events::add(event);
    }

    fn on_enter(&self, span: &Id, _: Context<'_, S>) {
        open_spans::enter(span);
    }

    fn on_exit(&self, span: &Id, _: Context<'_, S>) {
        open_spans::exit(span);
    }

    fn on_close(&self, span: Id, _: Context<'_, S>) {
        open_spans::close(&span);
    }
}
