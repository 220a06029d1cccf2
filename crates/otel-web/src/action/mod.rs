//! User actions: each is one root span, and everything it causes is below it.
//!
//! An action starts at its DOM event's own time, so the wait before the handler ran is inside. It
//! ends when nothing of it is left to do, that is when the last clone of its `Context` has been
//! dropped by the futures it started, and the next frame after that is painted.

mod cap;
#[cfg(feature = "user-action")]
mod element;
mod event;
mod held;
#[cfg(feature = "user-action")]
mod name;
#[cfg(feature = "user-action")]
mod notice;
mod paint;
mod root;

use std::borrow::Cow;
use std::fmt::Display;

use opentelemetry::trace::TraceContextExt;
use opentelemetry::{Context, KeyValue};

#[cfg(any(feature = "document-load", feature = "navigation"))]
pub(crate) use event::time_ms as event_time_ms;
pub(crate) use event::{of_current_event, of_latest_event};
pub(crate) use held::{Opening, open};
#[cfg(feature = "user-action")]
pub(crate) use notice::install as listen_for_events;
#[cfg(any(feature = "document-load", feature = "navigation"))]
pub(crate) use paint::await_frame;
pub(crate) use paint::{
    end_after_next_frame, finish_now as finish_painting, install as install_paint,
};
pub(crate) use root::describe_root;

use crate::active_spans::{ActiveSpan, SpanKey};
use crate::exception::{self, Exception};
use crate::{pipeline, with_context};

/// Describes an action that is about to start.
#[derive(Clone, Debug)]
#[must_use = "an action starts with `.start()`"]
pub struct ActionBuilder {
    name: Cow<'static, str>,
    attributes: Vec<KeyValue>,
}

/// An action of the user, named `noun.verb`, e.g. `crud.like`.
///
/// Inside the handler of a click or submit that was noticed automatically, this names that action;
/// inside another named action it is a span of that action's trace; else it is a root of its own.
///
/// # Example: a handler
///
/// ```no_run
/// use otel_web::{KeyValue, action};
/// # async fn add_to_cart(_item: i64) {}
///
/// fn on_click(item: i64) {
///     let add = action("cart.add").attribute(KeyValue::new("item.id", item)).start();
///     add.run(add_to_cart(item));
/// }
/// ```
pub fn action(name: impl Into<Cow<'static, str>>) -> ActionBuilder {
    ActionBuilder {
        name: name.into(),
        attributes: Vec::new(),
    }
}

impl ActionBuilder {
    /// Adds an attribute to the action's span.
    pub fn attribute(mut self, attribute: KeyValue) -> Self {
        self.attributes.push(attribute);
        self
    }

    /// Starts the action, at the time of the DOM event that is being dispatched if there is one.
    #[must_use = "the action ends when its last context is dropped"]
    pub fn start(self) -> Action {
        let current = crate::current();
        match unnamed_action(&current) {
            Some(key) => self.name_it(key, current),
            None => self.open_below(&current),
        }
    }

    fn name_it(self, key: SpanKey, context: Context) -> Action {
        pipeline::edit(Some(key), |span| {
            self.describe(span);
            span.record.name = self.name;
            if let Some(action) = &mut span.action {
                action.is_named = true;
            }
        });
        Action { context }
    }

    fn open_below(self, parent: &Context) -> Action {
        let is_root = !parent.has_active_span();
        let event = is_root.then(event::current).flatten();
        let opening = Opening {
            name: self.name.clone(),
            start_ms: event.as_ref().map(event::time_ms),
            is_named: true,
        };
        let context = open(opening, parent);
        pipeline::edit(pipeline::key_of(&context), |span| self.describe(span));
        if is_root {
            let kind = event.as_ref().map(event::type_of);
            let trigger = kind.as_deref().unwrap_or("code");
            pipeline::annotate(&context, "app.action.trigger", trigger);
        }
        Action { context }
    }

    fn describe(&self, span: &mut ActiveSpan) {
        let attributes = &mut span.record.attributes;
        attributes.set("app.action.name", &*self.name);
        attributes.set_all(&self.attributes);
    }
}

/// The automatic action that `context` stands in, as long as the application has not named it.
fn unnamed_action(context: &Context) -> Option<SpanKey> {
    let span_id = context.span().span_context().span_id();
    pipeline::with(|pipeline| {
        let key = pipeline.active.find(span_id)?;
        let action = pipeline.active.get_mut(key)?.action?;
        (!action.is_named).then_some(key)
    })
    .flatten()
}

/// An action that has started. It ends when this and every other clone of its context are gone.
///
/// # Example: an action of several callbacks
///
/// A drag begins with one event, ends with another, and is one action.
///
/// ```no_run
/// use otel_web::{Action, action};
///
/// struct Drag(Action);
///
/// fn on_pointer_down() -> Drag {
///     Drag(action("card.move").start())
/// }
///
/// fn on_pointer_up(Drag(action): Drag) {
///     // Spans and requests of `drop_card` are below the action, which ends when they have.
///     action.enter(drop_card);
/// }
/// # fn drop_card() {}
/// ```
#[derive(Clone, Debug)]
#[must_use = "the action ends when its last context is dropped"]
pub struct Action {
    context: Context,
}

impl Action {
    /// What to attach to code that belongs to this action.
    #[must_use]
    pub fn context(&self) -> Context {
        self.context.clone()
    }

    /// Sets an attribute of the action's span.
    pub fn set_attribute(&self, KeyValue { key, value, .. }: KeyValue) {
        pipeline::annotate(&self.context, key.as_str(), &value);
    }

    /// Records that the action failed: an exception on its span, and the status `error`.
    pub fn record_error<E: Display>(&self, error: E) {
        let exception = Exception::new(exception::type_of::<E>(), error.to_string());
        exception.record_on(&self.context);
    }

    /// Runs code inside the action, and what a framework does on account of it.
    pub fn enter<R>(&self, code: impl FnOnce() -> R) -> R {
        with_context::in_scope(&self.context, code)
    }

    /// Runs a future inside the action, which lasts at least as long.
    pub fn run(self, future: impl Future<Output = ()> + 'static) {
        wasm_bindgen_futures::spawn_local(with_context(self.context, future));
    }
}
