//! Requests of JavaScript: `window.fetch` is wrapped, so that those of libraries get a CLIENT span
//! and the trace's headers too.
//!
//! A `Proxy` stands in for the function, so its name, its properties and what it accepts stay as they
//! are. It makes the `Request` that `fetch` would have made, adds the headers where the allow-list
//! lets it, and hands it on: the body is neither read nor copied. The caller gets a promise of the
//! same answer, or of the same reason why there is none; if nobody handles that, the browser says so
//! as ever. Requests of this crate pass through, whichever instance makes them: the exporter's have no
//! span, [`fetch`](crate::fetch)'s have theirs. So do those that carry a `traceparent` already.

use std::cell::{Cell, RefCell};

use js_sys::{Array, Function, Object, Reflect};
use opentelemetry::Context;
use wasm_bindgen::prelude::*;

use crate::in_flight::InFlight;
use crate::js;

type Apply = dyn Fn(Function, JsValue, Array) -> Result<JsValue, JsValue>;
type Settle = dyn Fn(f64, bool, JsValue) -> Result<JsValue, JsValue>;

thread_local! {
    static IN_FLIGHT: RefCell<Vec<(f64, InFlight)>> = const { RefCell::new(Vec::new()) };
    static SETTLE: RefCell<JsValue> = const { RefCell::new(JsValue::UNDEFINED) };
    static LATEST: Cell<f64> = const { Cell::new(0.0) };
    static IS_OFF: Cell<bool> = const { Cell::new(false) };
}

/// Sees requests from now on.
pub(crate) fn install() {
    let original = js::global("fetch").dyn_into::<Function>();
    let Ok(original) = original else { return };
    let settle = Closure::<Settle>::new(settle);
    SETTLE.with(|cell| cell.replace(settle.into_js_value()));
    let handler = Object::new();
    let apply = Closure::<Apply>::new(apply);
    // A browser that refuses leaves its own function in place.
    let _ = Reflect::set(&handler, &"apply".into(), &apply.into_js_value());
    let proxy = js_sys::Proxy::new(&original, &handler);
    let _ = Reflect::set(&js_sys::global(), &"fetch".into(), &proxy);
}

/// After a panic nothing of the page may depend on this any more.
#[cfg(feature = "errors")]
pub(crate) fn stop() {
    IS_OFF.set(true);
}

fn apply(fetch: Function, this: JsValue, arguments: Array) -> Result<JsValue, JsValue> {
    let is_marked = arguments
        .iter()
        .any(|argument| js::is(&argument, js::UNTRACED));
    let passes = IS_OFF.get() || Context::map_current(Context::is_telemetry_suppressed);
    if passes || is_marked {
        // A request made of a request takes its body away: nothing is made that is not sent.
        return Reflect::apply(&fetch, &this, &arguments);
    }
    let constructor = js::global("Request").dyn_into::<Function>();
    match constructor.and_then(|request| Reflect::construct(&request, &arguments)) {
        Ok(request) if is_traced_elsewhere(&request) => {
            Reflect::apply(&fetch, &this, &Array::of1(&request))
        }
        Ok(request) => traced(&fetch, &this, request),
        // What is wrong with the arguments, the browser says itself.
        Err(_) => Reflect::apply(&fetch, &this, &arguments),
    }
}

/// Whether the request has a span of somebody else's, or is itself an export of spans: to trace those
/// would make new ones to export, for ever. Also known without a mark, for other SDKs and for earlier
/// versions of this one send such requests too.
fn is_traced_elsewhere(request: &JsValue) -> bool {
    let has_parent = js::call(&js::get(request, "headers"), "has", &"traceparent".into());
    let is_export = js::text(request, "url").is_some_and(|url| url.ends_with("/v1/traces"));
    has_parent.is_truthy() || is_export
}

fn traced(fetch: &Function, this: &JsValue, request: JsValue) -> Result<JsValue, JsValue> {
    let request = request.unchecked_into::<web_sys::Request>();
    let in_flight = InFlight::start(&request, None, true, crate::current());
    let promise = Reflect::apply(fetch, this, &Array::of1(&request))?;
    in_flight.sent();
    let id = LATEST.get() + 1.0;
    LATEST.set(id);
    IN_FLIGHT.with(|cell| cell.borrow_mut().push((id, in_flight)));
    let then = js::get(&promise, "then").dyn_into::<Function>()?;
    then.call2(&promise, &handler(id, true)?, &handler(id, false)?)
}

/// One closure serves all requests: what it is called for is bound to it.
fn handler(id: f64, is_answer: bool) -> Result<JsValue, JsValue> {
    let settle = SETTLE.with(|cell| cell.borrow().clone());
    let bind = js::get(&settle, "bind").dyn_into::<Function>()?;
    bind.call3(&settle, &JsValue::UNDEFINED, &id.into(), &is_answer.into())
}

/// Hands on what came, after a look at it.
fn settle(id: f64, is_answer: bool, value: JsValue) -> Result<JsValue, JsValue> {
    let in_flight = IN_FLIGHT.with(|cell| {
        let mut all = cell.try_borrow_mut().ok()?;
        let position = all.iter().position(|(known, _)| *known == id)?;
        Some(all.swap_remove(position).1)
    });
    let answer = if is_answer { Ok(value) } else { Err(value) };
    if let Some(in_flight) = in_flight {
        in_flight.settle(answer.as_ref());
    }
    answer
}
