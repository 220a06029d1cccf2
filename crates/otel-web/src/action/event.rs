//! Clicks, submits and pressed keys, noticed before anybody handles them.
//!
//! One listener on `window`, in the capture phase, sees every event first, also those a framework
//! handles far up the tree. It opens the action; whoever handles the event finds it by
//! [`of_current_event`], which compares with the event the browser says it is dispatching. Code that
//! runs later belongs to the action only if it was started by such a handler.

use std::cell::RefCell;

use opentelemetry::Context;
use wasm_bindgen::prelude::*;
use web_sys::{Event, Window};

use super::element;
use super::held::{Opening, open};
use crate::listener::listen;
use crate::platform::{self, Timer};
use crate::{js, pipeline};

thread_local! {
    static DISPATCH: RefCell<Option<Dispatch>> = const { RefCell::new(None) };
    static AFTER_DISPATCH: RefCell<Option<Timer>> = const { RefCell::new(None) };
}

/// The event that is being dispatched, and its action.
struct Dispatch {
    event: Event,
    context: Context,
}

/// Notices them from now on.
pub(crate) fn install(window: &Window) {
    AFTER_DISPATCH.with(|cell| *cell.borrow_mut() = Some(Timer::new(forget)));
    for event in ["click", "submit", "keydown"] {
        listen(window, event, notice);
    }
}

/// The action of the event whose listeners are running, if it has one.
pub(crate) fn of_current_event() -> Option<Context> {
    let is_it = |dispatch: &Dispatch| current().as_ref() == Some(&dispatch.event);
    with(|dispatch| is_it(dispatch).then(|| dispatch.context.clone())).flatten()
}

/// The action of the event that is, or a moment ago was, being dispatched.
pub(crate) fn of_latest_event() -> Option<Context> {
    with(|dispatch| dispatch.context.clone())
}

/// Keeps an action for the rest of the dispatch of `event`.
fn remember(event: Event, context: Context) {
    let earlier = DISPATCH.replace(Some(Dispatch { event, context }));
    // Dropping a context may end a span: only after the borrow.
    drop(earlier);
    AFTER_DISPATCH.with(|cell| {
        if let Ok(Some(timer)) = cell.try_borrow_mut().as_deref_mut() {
            timer.set(0.0);
        }
    });
}

fn with<R>(f: impl FnOnce(&Dispatch) -> R) -> Option<R> {
    DISPATCH.with(|cell| Some(f(cell.try_borrow().ok()?.as_ref()?)))
}

/// A task of its own, so it runs when the dispatch and what the browser does by default are over.
fn forget() {
    let last = DISPATCH.take();
    drop(last);
}

/// The event whose listeners are running.
pub(super) fn current() -> Option<Event> {
    let event = js::global("event");
    js::is(&event, "type").then(|| event.unchecked_into())
}

/// When the event happened, on the monotonic clock. Some synthetic events carry no such time.
pub(crate) fn time_ms(event: &Event) -> f64 {
    let now = platform::monotonic_ms();
    let stamp = js::float(event, "timeStamp");
    if stamp > 0.0 && stamp <= now {
        stamp
    } else {
        now
    }
}

pub(super) fn type_of(event: &Event) -> String {
    js::text(event, "type").unwrap_or_default()
}

fn notice(event: &Event) {
    let event_type = type_of(event);
    let context = continued(event, &event_type).or_else(|| open_for(event, &event_type));
    if let Some(context) = context {
        pipeline::annotate(&context, "app.action.trigger", &*event_type);
        remember(event.clone(), context);
    }
}

fn open_for(event: &Event, event_type: &str) -> Option<Context> {
    let target = element::acted_on(event, event_type)?;
    let name = target.action_name(event_type);
    let start_ms = time_ms(event);
    let opening = Opening {
        name: name.clone().into(),
        start_ms: Some(start_ms),
        is_named: false,
    };
    let context = open(opening, &Context::new());
    pipeline::annotate(&context, "app.action.name", &*name);
    target.describe(&context);
    #[cfg(feature = "frustration")]
    if event_type == "click" {
        crate::instrument::frustration::clicked(event, start_ms, &context);
    }
    Some(context)
}

/// One action, not two: a submit is dispatched while the click on its button still is, and a page
/// may click on behalf of a key.
fn continued(event: &Event, event_type: &str) -> Option<Context> {
    with(|dispatch| {
        let is_continued = match (type_of(&dispatch.event).as_str(), event_type) {
            ("click", "submit") => true,
            ("keydown", "click") => !js::is(event, "isTrusted"),
            _ => false,
        };
        is_continued.then(|| dispatch.context.clone())
    })
    .flatten()
}
