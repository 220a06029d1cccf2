//! A subscriber that needs no registry.

use std::sync::atomic::{AtomicU64, Ordering};

use tracing_core::span::{Attributes, Current, Id, Record};
use tracing_core::{Event, LevelFilter, Metadata};

use crate::tracing::events;
use crate::tracing::open_spans;

/// Unique among all threads, so that a span that is used on another thread is unknown there.
static NEXT_ID: AtomicU64 = AtomicU64::new(1);

/// Records spans and events of `tracing`, see the [module](crate::tracing).
///
/// Install it once, after [`Telemetry`](crate::Telemetry).
///
/// # Examples
///
/// ## An instrumented function
///
/// ```no_run
/// # fn show(_: &str) {}
/// fn main() {
///     otel_web::Telemetry::builder("shop").endpoint("/otlp").install();
///     let subscriber = otel_web::tracing::Subscriber::new();
///     tracing::subscriber::set_global_default(subscriber).expect("no other subscriber is set");
/// }
///
/// // The handler of a click. `load` is a child of the action, and its request is a child of `load`.
/// fn on_click() {
///     otel_web::action("cart.open").start().run(async {
///         if let Ok(cart) = load(17).await {
///             show(&cart);
///         }
///     });
/// }
///
/// // A returned error is recorded on the span and on the action.
/// #[tracing::instrument(err)]
/// async fn load(cart: u32) -> Result<String, otel_web::fetch::Error> {
///     let url = format!("/api/cart/{cart}");
///     let response = otel_web::fetch::Request::get(&url).send().await?;
///     tracing::info!(status = response.status(), "cart loaded");
///     response.text().await
/// }
/// ```
///
/// ## Levels by target
///
/// ```no_run
/// use tracing_subscriber::Layer as _;
/// use tracing_subscriber::filter::{LevelFilter, Targets};
///
/// let targets = Targets::new()
///     .with_default(LevelFilter::INFO)
///     .with_target("shop::prices", LevelFilter::DEBUG);
/// let subscriber = otel_web::tracing::Subscriber::new().with_max_level(LevelFilter::DEBUG);
/// let subscriber = targets.with_subscriber(subscriber);
/// tracing::subscriber::set_global_default(subscriber).expect("no other subscriber is set");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Subscriber {
    max_level: LevelFilter,
}

impl Subscriber {
    /// Creates a subscriber for spans and events of the levels `ERROR`, `WARN` and `INFO`.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            max_level: LevelFilter::INFO,
        }
    }

    /// Sets the most verbose level that is recorded.
    ///
    /// Frameworks use `tracing` for themselves: Yew has spans of the level `DEBUG` for each rendering. The features
    /// `max_level_info` and the like of `tracing` leave the code of more verbose levels out of the page.
    #[must_use]
    pub const fn with_max_level(self, max_level: LevelFilter) -> Self {
        Self { max_level }
    }
}

impl Default for Subscriber {
    fn default() -> Self {
        Self::new()
    }
}

impl tracing_core::Subscriber for Subscriber {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        !cfg!(feature = "off") && *metadata.level() <= self.max_level
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.max_level)
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let id = Id::from_u64(NEXT_ID.fetch_add(1, Ordering::Relaxed));
        open_spans::start(&id, attributes);
        id
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        open_spans::record(span, values);
    }

    fn record_follows_from(&self, span: &Id, follows: &Id) {
        open_spans::link(span, follows);
    }

    fn event(&self, event: &Event<'_>) {
        events::add(event);
    }

    fn enter(&self, span: &Id) {
        open_spans::enter(span);
    }

    fn exit(&self, span: &Id) {
        open_spans::exit(span);
    }

    fn clone_span(&self, span: &Id) -> Id {
        open_spans::retain(span);
        span.clone()
    }

    fn try_close(&self, span: Id) -> bool {
        open_spans::release(&span)
    }

    fn current_span(&self) -> Current {
        open_spans::current()
            .map_or_else(Current::none, |(id, metadata)| Current::new(id, metadata))
    }
}
