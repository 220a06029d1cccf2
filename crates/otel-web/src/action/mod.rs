//! User actions. Each action is one root span, and everything it causes is below that span.
//!
//! An action starts at the time of its DOM event, so it includes the delay before the handler ran.
//! It ends when nothing is left to do, that is, when the last clone of its `Context` has been dropped
//! by the futures it started, and the next frame after that is painted.

#[cfg(feature = "user-action")]
mod accessible_name;
pub(crate) mod action_start;
#[cfg(feature = "user-action")]
pub(crate) mod dom_events;
#[cfg(feature = "user-action")]
mod target;
pub(crate) mod timeout;

use std::borrow::Cow;
use std::fmt::Display;

use opentelemetry::trace::TraceContextExt;
use opentelemetry::{Context, KeyValue};

use crate::action::action_start::ActionStart;
use crate::causality::{context, with_context};
use crate::core::otlp::attributes::{self, Attributes};
use crate::trace::active_spans::SpanKey;
use crate::trace::exception::{self, Exception};
use crate::trace::{dispatch, pipeline};

/// Creates a builder for a user action named `noun.verb`, such as `cart.add`.
///
/// An action is one thing the user did, and one trace. Everything it causes becomes part of that
/// trace: spans, requests, the navigation it leads to, and the work of the servers it calls.
///
/// What [`start`](ActionBuilder::start) does depends on where it is called:
///
/// - in the handler of a click, submit or key press that was detected automatically (feature
///   `user-action`), it renames the action that is already open, so there is one root and not two;
/// - inside another named action, it starts a span in the trace of that action;
/// - anywhere else, it starts a new trace.
///
/// Use an action for what the user did. For a step of the work inside it, start a span with
/// [`opentelemetry::global::tracer`]; for a request, use [`fetch`](crate::fetch).
///
/// # Names
///
/// Name the action after what the user wanted and not after the element, and keep variable parts out
/// of the name: they belong in [attributes](ActionBuilder::attribute). All traces with the same name
/// can then be compared.
///
/// # Examples
///
/// ## The handler of a click
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
///
/// ## An action without an event
///
/// The attribute `app.action.trigger` of this root is `code`.
///
/// ```no_run
/// # async fn save_draft() {}
/// // Called by a timer.
/// fn on_tick() {
///     otel_web::action("draft.save").start().run(save_draft());
/// }
/// ```
pub fn action(name: impl Into<Cow<'static, str>>) -> ActionBuilder {
    ActionBuilder {
        name: name.into(),
        attributes: Vec::new(),
    }
}

/// Builds an [`Action`]. Created by [`action`].
#[derive(Clone, Debug)]
#[must_use = "an action starts with `.start()`"]
pub struct ActionBuilder {
    name: Cow<'static, str>,
    attributes: Vec<KeyValue>,
}

impl ActionBuilder {
    /// Adds an attribute to the action's span.
    ///
    /// Attributes that are known only later can be added with [`Action::set_attribute`].
    pub fn attribute(mut self, attribute: KeyValue) -> Self {
        self.attributes.push(attribute);
        self
    }

    /// Starts the action.
    ///
    /// If a DOM event is being dispatched, the action starts at the event's own time: the time the
    /// event waited for a busy main thread is part of the action.
    ///
    /// The action lasts as long as the returned [`Action`] or any other clone of its context exists.
    /// An action that is dropped at once ends with the next painted frame.
    #[must_use = "the action ends when its last context is dropped"]
    pub fn start(self) -> Action {
        let current = context::current();
        match unnamed_action(&current) {
            Some(key) => self.rename(key, current),
            None => self.start_in(&current),
        }
    }

    /// Gives the automatic action the name and the attributes of this builder.
    fn rename(self, key: SpanKey, context: Context) -> Action {
        pipeline::edit(Some(key), |span| {
            self.describe(&mut span.record.attributes);
            span.record.name = self.name;
            if let Some(action) = &mut span.action {
                action.is_named = true;
            }
        });
        Action { context }
    }

    /// Starts a span below `parent`, or a root that begins with the current event.
    fn start_in(self, parent: &Context) -> Action {
        let is_root = !parent.has_active_span();
        let event = is_root.then(dispatch::current).flatten();
        let mut attributes = attributes::span_attributes();
        self.describe(&mut attributes);
        if is_root {
            let event_type = event.as_ref().map(dispatch::type_of);
            let trigger = event_type.as_deref().unwrap_or("code");
            attributes.set("app.action.trigger", trigger);
        }
        let start = ActionStart {
            name: self.name,
            start_ms: event.as_ref().map(dispatch::time_ms),
            is_named: true,
            attributes,
        };
        Action {
            context: start.start_in(parent),
        }
    }

    fn describe(&self, attributes: &mut Attributes) {
        attributes.set("app.action.name", &*self.name);
        attributes.set_all(&self.attributes);
    }
}

/// Returns the automatic action that `context` belongs to, if the application has not named it yet.
fn unnamed_action(context: &Context) -> Option<SpanKey> {
    let span_id = context.span().span_context().span_id();
    pipeline::with(|pipeline| {
        let key = pipeline.active.find(span_id)?;
        let action = pipeline.active.get_mut(key)?.action?;
        (!action.is_named).then_some(key)
    })
    .flatten()
}

/// A user action that has started. Returned by [`ActionBuilder::start`].
///
/// # Lifetime
///
/// The action's span is ref-counted. It ends when this handle, every clone of its
/// [context](Action::context), and every span below it are gone, and the next frame is painted. There
/// is no `end` method: an action that has started a request lasts until that request is done,
/// whichever code waits for it.
///
/// The root's attribute `app.action.outcome` says how it ended: `completed`, `error`, `abandoned`
/// (the user left the page), or `timeout` (after 30 s).
///
/// # Which method to use
///
/// | the action's work is | use |
/// |---|---|
/// | a future | [`run`](Action::run) |
/// | synchronous code | [`enter`](Action::enter) |
/// | executed by a callback that JavaScript calls later | [`context`](Action::context), and attach it there |
///
/// # Examples
///
/// ## An action with several callbacks
///
/// A drag begins with one event and ends with another, and is one action.
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
///     // Spans and requests of `drop_card` are below the action, which ends after they do.
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
    /// Returns the action's context.
    ///
    /// Attach it where neither [`run`](Self::run) nor [`enter`](Self::enter) fits, for instance in a
    /// callback that JavaScript calls later. The action does not end while the context exists, so
    /// drop it with the callback.
    ///
    /// # Examples
    ///
    /// ## A timer callback
    ///
    /// ```no_run
    /// # fn set_timeout(_callback: impl FnOnce() + 'static) {}
    /// # fn hide_toast() {}
    /// let context = otel_web::action("toast.show").start().context();
    /// set_timeout(move || {
    ///     // Spans that start here are part of the action.
    ///     let _attached = context.attach();
    ///     hide_toast();
    /// });
    /// ```
    #[must_use]
    pub fn context(&self) -> Context {
        self.context.clone()
    }

    /// Sets an attribute of the action's span, and replaces an earlier value of the same key.
    ///
    /// # Examples
    ///
    /// ## A result that is known only after a request
    ///
    /// ```no_run
    /// use otel_web::{KeyValue, action};
    /// # async fn search(_text: &str) -> Vec<String> { Vec::new() }
    ///
    /// let action = action("search.run").start();
    /// let handle = action.clone();
    /// action.run(async move {
    ///     let hits = search("tea").await;
    ///     handle.set_attribute(KeyValue::new("search.hits", hits.len() as i64));
    /// });
    /// ```
    pub fn set_attribute(&self, KeyValue { key, value, .. }: KeyValue) {
        pipeline::annotate(&self.context, key.as_str(), &value);
    }

    /// Records that the action failed: adds an `exception` event to its span, and sets the status
    /// `error`.
    ///
    /// Use [`record_error`](crate::record_error) in code that runs inside the action; it finds the
    /// span by itself. This method is for code that has the handle but not the context.
    pub fn record_error<E: Display>(&self, error: E) {
        let exception = Exception::new(exception::type_of::<E>(), error.to_string());
        exception.record_on(&self.context);
    }

    /// Runs synchronous code inside the action, and returns its result.
    ///
    /// What a framework renders because of the code is part of the action, too (see
    /// [`cause`](crate::cause)). Attaching the [context](Self::context) by hand does not include it.
    ///
    /// # Examples
    ///
    /// ## A handler that also starts a future
    ///
    /// ```no_run
    /// # fn clear_form() -> String { String::new() }
    /// # async fn send(_text: String) {}
    /// let action = otel_web::action("message.send").start();
    /// let text = action.enter(clear_form);
    /// action.run(send(text));
    /// ```
    pub fn enter<R>(&self, code: impl FnOnce() -> R) -> R {
        with_context::in_scope(&self.context, code)
    }

    /// Runs a future on the browser's event loop, inside the action.
    ///
    /// Each poll of the future sees the action as its current context, after any number of `.await`s.
    /// The action does not end before the future does. To run more than one, clone the action first.
    ///
    /// # Examples
    ///
    /// ## Two requests in parallel
    ///
    /// ```no_run
    /// # async fn load_items() {}
    /// # async fn load_prices() {}
    /// let open = otel_web::action("cart.open").start();
    /// open.clone().run(load_items());
    /// open.run(load_prices());
    /// ```
    pub fn run(self, future: impl Future<Output = ()> + 'static) {
        with_context::spawn(self.context, Box::pin(future));
    }
}
