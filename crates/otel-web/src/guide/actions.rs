//! Naming actions, and deciding what is one.
//!
//! # Automatic names
//!
//! With the feature `user-action`, each click on a button, link or other control is an action, named by
//! the event and the accessible name of the control: `click Add to cart`. Numbers in the name are
//! replaced by `#`. Submits and key presses on custom controls are actions, too.
//!
//! Such a name needs no code, but it changes with the text and the language of the page. To give a
//! control a stable name without code, use an attribute:
//!
//! ```html
//! <button data-otel-action="cart.add">Add to cart</button>
//! ```
//!
//! # Names in the code
//!
//! [`action()`](crate::action()) in the handler replaces the automatic name, and adds attributes:
//!
//! ```no_run
//! use otel_web::{KeyValue, action};
//! # async fn add(_: i64) {}
//!
//! fn on_click(item: i64) {
//!     let action = action("cart.add").attribute(KeyValue::new("item.id", item));
//!     action.start().run(add(item));
//! }
//! ```
//!
//! A good name is a noun and a verb, and one of a fixed set. Ids, texts and counts belong into
//! attributes, because back ends group traces by the name of their root.
//!
//! # One action or several
//!
//! An action ends when nothing is left to do. So everything that the user waits for is one action, and
//! what continues without the user is another one.
//!
//! | case | actions |
//! |---|---|
//! | a click that loads data in three requests | One |
//! | a wizard with four steps | Four: one for each step |
//! | a drag from pointer down to pointer up | One, whose handle is stored in between |
//! | a click that opens a chat with a WebSocket | One for opening; one for each message that the user sends |
//! | a click that starts polling every ten seconds | One for the click; the polls are traces of their own |
//!
//! For the last two, start the continuing work outside the action's context. Otherwise the action stays
//! open until it times out after 30 s:
//!
//! ```no_run
//! use otel_web::Context;
//! # async fn poll_every_ten_seconds() {}
//!
//! otel_web::action("feed.open").start().run(async {
//!     // An empty context: the polls are not part of this action.
//!     let polling = otel_web::with_context(Context::new(), poll_every_ten_seconds());
//!     wasm_bindgen_futures::spawn_local(polling);
//! });
//! ```
//!
//! # Actions inside actions
//!
//! Inside a named action, [`action()`](crate::action()) starts a span of the same trace, and not a new
//! trace. So a function that starts an action can be called from several handlers: on its own it is a
//! root, and inside another action it is a part of that.
//!
//! # Controls without actions
//!
//! `data-otel-ignore` on an element, or on one of its ancestors, prevents automatic actions. Use it for
//! controls that are not part of the application, such as a feedback widget.
//!
//! ```html
//! <aside data-otel-ignore>…</aside>
//! ```
//!
//! # Outcomes
//!
//! The attribute `app.action.outcome` of a root says how the action ended.
//!
//! | value | meaning |
//! |---|---|
//! | `completed` | All work is done, and its result is painted |
//! | `error` | An error was recorded on it, or the code panicked |
//! | `abandoned` | The user left the page before it was done |
//! | `timeout` | It was not done after 30 s, usually because its context is stored somewhere |
