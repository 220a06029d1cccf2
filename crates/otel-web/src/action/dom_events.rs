//! Automatic actions for clicks, submits and key presses.
//!
//! A key press lasts from `keydown` to `keyup`: elements act on Enter when it is pressed, and many act on
//! Space when it is released. Its action stays open until then, unless the page has named it before.
//!
//! One listener on `window`, in the capture phase, receives every event before the page's own
//! listeners do, including those that a framework attaches far up the tree. It starts the action.

use std::cell::Cell;

use opentelemetry::Context;
#[cfg(feature = "xhr")]
use opentelemetry::trace::TraceContextExt;
use web_sys::{Event, Window};

use crate::action::action_start::ActionStart;
use crate::action::target::{Target, is_space};
use crate::action::unnamed_action;
use crate::browser::js;
use crate::browser::listener::listen;
use crate::browser::platform::Timer;
use crate::core::otlp::attributes;
use crate::core::slot::{self, Slot};
use crate::trace::dispatch::{DISPATCH, Dispatch, time_ms, type_of, with};
use crate::trace::pipeline;
#[cfg(feature = "errors")]
use crate::trace::rejection;

thread_local! {
    /// The action of Space while the key is held down.
    static PRESSED: Cell<Option<Context>> = const { Cell::new(None) };
    static AFTER_DISPATCH: Slot<Timer> = const { Slot::new(None) };
}

/// Starts an action for each such event from now on.
pub(crate) fn install(window: &Window) {
    slot::put(&AFTER_DISPATCH, Box::new(Timer::new(clear_dispatch)));
    for event in ["click", "auxclick", "submit", "keydown", "keyup"] {
        listen(window, event, handle);
    }
}

/// Continues an action in the listeners of an event that it has caused.
#[cfg(feature = "xhr")]
pub(crate) fn continue_in(event: &Event, context: &Context) {
    if context.has_active_span() {
        set_dispatch(event.clone(), context.clone());
    }
}

/// Stores the action for the rest of the dispatch of `event`.
fn set_dispatch(event: Event, context: Context) {
    #[cfg(feature = "errors")]
    rejection::dispatch_started(&context);
    let earlier = DISPATCH.replace(Some(Dispatch { event, context }));
    // Dropping a context may end a span, so it happens after the borrow.
    drop(earlier);
    slot::with(&AFTER_DISPATCH, |timer| timer.set(0.0));
}

/// Runs in a task of its own, after the dispatch and the browser's default action.
fn clear_dispatch() {
    let last = DISPATCH.take();
    drop(last);
    let acted = slot::with_default(&PRESSED, |pressed| {
        pressed.take_if(|action| unnamed_action(action).is_none())
    });
    drop(acted);
}

/// Finds or starts the action of the event, and stores it for the handlers.
fn handle(event: &Event) {
    let event_type = type_of(event);
    // Only the first event of a key held down activates an element.
    if js::is(event, "repeat") {
        return;
    }
    let pressed = PRESSED.take();
    let context = match &*event_type {
        "keyup" => pressed.filter(|_| is_space(event)),
        _ => continued_action(event, &event_type).or_else(|| start(event, &event_type)),
    };
    if let Some(context) = context {
        if event_type == "keydown" && is_space(event) {
            PRESSED.set(Some(context.clone()));
        }
        set_dispatch(event.clone(), context);
    }
}

/// Starts an action for the target of the event. `None` if the event activates nothing.
fn start(event: &Event, event_type: &str) -> Option<Context> {
    let target = Target::of(event, event_type)?;
    let name = target.action_name(event_type);
    let start_ms = time_ms(event);
    let mut attributes = attributes::span_attributes();
    attributes.set("app.action.name", &*name);
    attributes.set("app.action.trigger", event_type);
    target.describe(&mut attributes);
    let start = ActionStart {
        name: name.into(),
        start_ms: Some(start_ms),
        is_named: false,
        attributes,
    };
    let context = start.start_in(&Context::new());
    #[cfg(feature = "frustration")]
    if event_type == "click" {
        target.opened(event, start_ms, &context);
    }
    Some(context)
}

/// Returns the action that this event continues: a submit is dispatched while the click on its button
/// still is, and a page may click an element in response to a key.
fn continued_action(event: &Event, event_type: &str) -> Option<Context> {
    let action = with(|dispatch| {
        let is_continued = match (type_of(&dispatch.event).as_str(), event_type) {
            ("click", "submit") => true,
            ("keydown" | "keyup", "click") => !js::is(event, "isTrusted"),
            _ => false,
        };
        is_continued.then(|| dispatch.context.clone())
    });
    let action = action.flatten()?;
    if event_type == "submit" {
        pipeline::annotate(&action, "app.action.trigger", event_type);
    }
    Some(action)
}
