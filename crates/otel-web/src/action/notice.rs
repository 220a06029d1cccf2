//! Clicks, submits and pressed keys, noticed before anybody handles them.
//!
//! One listener on `window`, in the capture phase, sees every event first, also those a framework
//! handles far up the tree. It opens the action.

use std::cell::RefCell;

use opentelemetry::Context;
use web_sys::{Event, Window};

use super::element;
use super::event::{DISPATCH, Dispatch, time_ms, type_of, with};
use super::held::{Opening, open};
use crate::listener::listen;
use crate::platform::Timer;
use crate::{js, pipeline};

thread_local! {
    static AFTER_DISPATCH: RefCell<Option<Timer>> = const { RefCell::new(None) };
}

/// Notices them from now on.
pub(crate) fn install(window: &Window) {
    AFTER_DISPATCH.with(|cell| *cell.borrow_mut() = Some(Timer::new(forget)));
    for event in ["click", "submit", "keydown"] {
        listen(window, event, notice);
    }
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

/// A task of its own, so it runs when the dispatch and what the browser does by default are over.
fn forget() {
    let last = DISPATCH.take();
    drop(last);
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
