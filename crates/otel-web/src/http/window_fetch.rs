//! Requests made by JavaScript: `window.fetch` is wrapped, so that the requests of libraries get a
//! CLIENT span and the trace's headers, too.
//!
//! The wrapper creates the `Request` that `fetch` would have created, adds the headers if the allow-list
//! permits them, and passes it on: the body is neither read nor copied. The caller gets a promise with the
//! same response or rejection, and the browser still reports an unhandled one.
//!
//! Requests of this crate are passed through, whichever instance makes them: export requests have no
//! span, and those of [`fetch`](crate::fetch) have one already. So are requests that already carry a
//! `traceparent`.

use std::cell::Cell;

use js_sys::{Array, Function, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::Request;

use crate::browser::js;
use crate::causality::context::current;
use crate::core::slot;
use crate::http::in_flight::InFlight;
use crate::http::request_wrapper::{is_export, is_marked, is_stopped, wrap};

thread_local! {
    static IN_FLIGHT: Cell<Vec<(f64, Request, InFlight)>> = const { Cell::new(Vec::new()) };
    static SETTLE: Cell<JsValue> = const { Cell::new(JsValue::UNDEFINED) };
    static LAST_ID: Cell<f64> = const { Cell::new(0.0) };
}

/// Wraps `window.fetch`.
pub(crate) fn install() {
    SETTLE.set(js::function3(settle));
    wrap(&js_sys::global(), "fetch", apply);
}

/// The `apply` trap of the proxy. Returns what `fetch` returns.
fn apply(fetch: Function, this: JsValue, arguments: Array) -> Result<JsValue, JsValue> {
    if is_stopped() || arguments.iter().any(|argument| is_marked(&argument)) {
        // Creating a `Request` from another one consumes its body, so none is created without being sent.
        return Reflect::apply(&fetch, &this, &arguments);
    }
    let constructor = js::global("Request").dyn_into::<Function>();
    match constructor.and_then(|request| Reflect::construct(&request, &arguments)) {
        Ok(request) if is_traced_elsewhere(&request) => {
            Reflect::apply(&fetch, &this, &Array::of1(&request))
        }
        Ok(request) => traced(&fetch, &this, request),
        // The browser reports what is wrong with the arguments.
        Err(_) => Reflect::apply(&fetch, &this, &arguments),
    }
}

/// Whether another SDK has traced the request, or it is an export of spans.
fn is_traced_elsewhere(request: &JsValue) -> bool {
    let has_parent = js::call(&js::get(request, "headers"), "has", &"traceparent".into());
    has_parent.is_truthy() || js::text(request, "url").is_some_and(|url| is_export(&url))
}

/// Sends the request with a span, which `settle` ends.
fn traced(fetch: &Function, this: &JsValue, request: JsValue) -> Result<JsValue, JsValue> {
    let request = request.unchecked_into::<Request>();
    let in_flight = InFlight::of_request(&request, None, true, current());
    // Without a `traceparent`, other instances would not know that the request is traced.
    js::set(&request, js::UNTRACED, &true.into());
    let promise = Reflect::apply(fetch, this, &Array::of1(&request))?;
    in_flight.sent();
    let id = LAST_ID.get() + 1.0;
    LAST_ID.set(id);
    slot::with_default(&IN_FLIGHT, |all| all.push((id, request, in_flight)));
    let then = js::get(&promise, "then").dyn_into::<Function>()?;
    then.call3(
        &promise,
        &handler(id, true)?,
        &handler(id, false)?,
        &JsValue::UNDEFINED,
    )
}

/// Binds the one closure that serves all requests to this request.
fn handler(id: f64, is_response: bool) -> Result<JsValue, JsValue> {
    let settle = slot::with_default(&SETTLE, |settle| settle.clone());
    let bind = js::get(&settle, "bind").dyn_into::<Function>()?;
    bind.call3(
        &settle,
        &JsValue::UNDEFINED,
        &id.into(),
        &is_response.into(),
    )
}

/// Ends the request's span, and passes the response or rejection on.
fn settle(id: JsValue, is_response: JsValue, value: JsValue) -> Result<JsValue, JsValue> {
    let in_flight = slot::with_default(&IN_FLIGHT, |all| {
        let position = all.iter().position(|(known, ..)| id == *known)?;
        Some(all.swap_remove(position))
    });
    let result = if is_response.is_truthy() {
        Ok(value)
    } else {
        Err(value)
    };
    if let Some((_, request, in_flight)) = in_flight {
        in_flight.settle(&request, result.as_ref());
    }
    result
}
