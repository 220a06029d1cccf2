//! How lower layers notify higher ones, which they do not import.
//!
//! `telemetry` registers all hooks before it installs the pipeline. Each is a function without a state:
//! the notified layer keeps the state. Before that, and in native tests of lower layers, they do nothing.

use std::cell::Cell;
use std::fmt;

#[cfg(feature = "frustration")]
use opentelemetry::Context;
#[cfg(feature = "frustration")]
use wasm_bindgen::JsValue;
#[cfg(feature = "frustration")]
use web_sys::Event;

#[cfg(feature = "frustration")]
use crate::trace::active_spans::ActiveSpan;
use crate::trace::active_spans::SpanKey;
use crate::trace::ended::Ended;

/// The notifications.
#[derive(Clone, Copy)]
pub(crate) struct Hooks {
    /// A span has ended. The pipeline is not in use.
    pub(crate) on_span_ended: fn(Ended),
    /// The last reference to an action was dropped.
    pub(crate) on_released: fn(SpanKey),
    /// A batch is about to be built: the last moment to add to deferred spans.
    pub(crate) before_build: fn(),
    /// The first frame of a page load was painted.
    pub(crate) on_load_painted: fn(),
    /// A span is about to end. The pipeline is in use.
    #[cfg(feature = "frustration")]
    pub(crate) before_end: fn(&mut ActiveSpan),
    /// An event has started an action, at a time in milliseconds.
    #[cfg(feature = "frustration")]
    pub(crate) on_action_opened: fn(&Event, &JsValue, Option<&str>, f64, &Context),
    /// A span was queued, in its encoding. The pipeline is in use.
    #[cfg(feature = "testing")]
    pub(crate) on_queued: fn(&[u8]),
}

thread_local! {
    static HOOKS: Cell<Hooks> = const { Cell::new(Hooks::NONE) };
}

impl Hooks {
    const NONE: Self = Self {
        on_span_ended: |_| {},
        on_released: |_| {},
        before_build: || {},
        on_load_painted: || {},
        #[cfg(feature = "frustration")]
        before_end: |_| {},
        #[cfg(feature = "frustration")]
        on_action_opened: |_, _, _, _, _| {},
        #[cfg(feature = "testing")]
        on_queued: |_| {},
    };
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hooks")
    }
}

/// Registers the hooks.
pub(crate) fn install(hooks: Hooks) {
    HOOKS.set(hooks);
}

/// Returns the registered hooks.
pub(crate) fn get() -> Hooks {
    HOOKS.try_with(Cell::get).unwrap_or(Hooks::NONE)
}
