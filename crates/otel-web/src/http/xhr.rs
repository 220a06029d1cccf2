//! Requests that JavaScript makes with `XMLHttpRequest` and `navigator.sendBeacon`. They get a CLIENT
//! span, and those of `XMLHttpRequest` the trace's headers, by the rules for `fetch`.
//!
//! Methods of the prototype are wrapped. Body, `upload` and response are not touched: a listener on
//! `upload` would cause a CORS preflight. Synchronous requests are passed through. A beacon cannot carry
//! headers, and its response is not known, so its span ends when the browser has accepted it.
//!
//! An `XMLHttpRequest` may be used several times, and a second `open()` cancels the first request without
//! any event. So one listener serves all requests, and ignores events of a request that is no longer the
//! current one of its object.
//!
//! What the page's listeners of a request start belongs to the action that has sent the request.

use std::cell::Cell;

use js_sys::{Array, Function, Reflect};
use wasm_bindgen::prelude::*;

#[cfg(feature = "user-action")]
use crate::action::dom_events;
use crate::browser::{js, platform};
use crate::causality::context::current;
use crate::core::slot;
use crate::http::in_flight::InFlight;
use crate::http::request_wrapper::{is_export, is_marked, is_stopped, wrap};
use crate::trace::sender;

/// The events after which the state of a request is final, and the one that announces them.
const EVENTS: [&str; 6] = [
    "readystatechange",
    "load",
    "error",
    "abort",
    "timeout",
    "loadend",
];
/// The `readyState` of a request that is over.
const DONE: f64 = 4.0;
/// Methods whose case does not matter. That of all others does.
const NORMALIZED_METHODS: [&str; 6] = ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"];

thread_local! {
    /// Method and URL of each asynchronous request that is open, not sent, and not traced elsewhere.
    static OPENED: JsValue = js::construct("WeakMap", &JsValue::UNDEFINED).unwrap_or_default();
    /// Requests that have not settled, with their `XMLHttpRequest`.
    static SENT: Cell<Vec<(JsValue, InFlight)>> = const { Cell::new(Vec::new()) };
    static LISTENER: JsValue = js::callback(|event| handle(&event));
}

/// Wraps the methods.
pub(crate) fn install() {
    if let Some(request) = js::construct("XMLHttpRequest", &JsValue::UNDEFINED) {
        // Libraries may replace the class, and return objects of the browser's own one.
        let prototype = prototype(&request);
        wrap(&prototype, "open", open);
        wrap(&prototype, "setRequestHeader", set_request_header);
        wrap(&prototype, "send", send);
    }
    let navigator = js::global("navigator");
    if navigator.is_object() {
        wrap(&prototype(&navigator), "sendBeacon", send_beacon);
    }
}

fn prototype(object: &JsValue) -> JsValue {
    js::call(&js::global("Object"), "getPrototypeOf", object)
}

/// Wraps `open`, which also cancels the request that the object has sent before.
fn open(open: Function, this: JsValue, arguments: Array) -> Result<JsValue, JsValue> {
    // A listener that runs before the one of this module may use the object again.
    let done = status_if_done(&this);
    let result = Reflect::apply(&open, &this, &arguments)?;
    match (take_sent(&this), done) {
        (Some(in_flight), Some(status)) => in_flight.respond(status),
        (Some(in_flight), None) => in_flight.abort(),
        (None, _) => {}
    }
    drop(sender::remove(&this));
    take_opened(&this);
    let is_asynchronous = arguments.length() < 3 || arguments.get(2).is_truthy();
    let url = absolute(&arguments.get(1)).filter(|_| is_asynchronous);
    if let Some(url) = url {
        let method = normalized(js::to_text(&arguments.get(0)));
        let entry = Array::of2(&method.into(), &url.into());
        OPENED.with(|opened| js::call2(opened, "set", &this, &entry));
    }
    Ok(result)
}

/// Wraps `setRequestHeader`. A request with a `traceparent` is traced by another SDK.
fn set_request_header(
    original: Function,
    this: JsValue,
    arguments: Array,
) -> Result<JsValue, JsValue> {
    if js::to_text(&arguments.get(0)).eq_ignore_ascii_case("traceparent") {
        take_opened(&this);
    }
    Reflect::apply(&original, &this, &arguments)
}

/// Wraps `send`.
fn send(send: Function, this: JsValue, arguments: Array) -> Result<JsValue, JsValue> {
    let opened = take_opened(&this).filter(|_| !is_stopped() && !is_marked(&this));
    let Some((method, url)) = opened else {
        return Reflect::apply(&send, &this, &arguments);
    };
    let caller = current();
    let in_flight = InFlight::start(&method, url, None, &caller);
    in_flight.propagate(&caller, &mut |name, value| {
        js::call2(&this, "setRequestHeader", &name.into(), &value.into());
    });
    listen(&this);
    // A listener of `loadstart`, which runs in `send`, may abort the request.
    slot::with_default(&SENT, |all| all.push((this.clone(), in_flight)));
    sender::add(&this, caller);
    let result = apply_marked(&send, &this, &arguments);
    match &result {
        Ok(_) => slot::with_default(&SENT, |all| {
            if let Some((_, in_flight)) = all.iter().find(|(known, _)| *known == this) {
                in_flight.sent();
            }
        }),
        Err(reason) => {
            if let Some(in_flight) = take_sent(&this) {
                fail(in_flight, reason);
            }
            drop(sender::remove(&this));
        }
    }
    result
}

/// Wraps `sendBeacon`.
fn send_beacon(beacon: Function, this: JsValue, arguments: Array) -> Result<JsValue, JsValue> {
    let url = absolute(&arguments.get(0)).filter(|_| !is_stopped() && !is_marked(&this));
    let Some(url) = url else {
        return Reflect::apply(&beacon, &this, &arguments);
    };
    let in_flight = InFlight::start("POST", url, None, &current());
    let result = apply_marked(&beacon, &this, &arguments);
    match &result {
        Ok(is_accepted) if is_accepted.is_truthy() => {
            in_flight.sent();
            in_flight.respond(0);
        }
        // Browsers limit the bytes of all beacons and keepalive requests in flight.
        Ok(_) => in_flight.fail("QuotaExceededError", "the browser rejected the beacon"),
        Err(reason) => fail(in_flight, reason),
    }
    result
}

/// Calls a method while its object is marked, so that other instances of this crate do not trace the
/// same request.
fn apply_marked(method: &Function, this: &JsValue, arguments: &Array) -> Result<JsValue, JsValue> {
    js::set(this, js::UNTRACED, &true.into());
    let result = Reflect::apply(method, this, arguments);
    js::call2(
        &js::global("Reflect"),
        "deleteProperty",
        this,
        &js::UNTRACED.into(),
    );
    result
}

fn fail(in_flight: InFlight, reason: &JsValue) {
    let name = js::text(reason, "name").unwrap_or_default();
    in_flight.fail(&name, &js::describe(reason));
}

/// Listens for the events of a request. Listening again changes nothing.
fn listen(request: &JsValue) {
    LISTENER.with(|listener| {
        for event in EVENTS {
            js::call2(request, "addEventListener", &event.into(), listener);
        }
    });
}

/// Handles an event of a request.
fn handle(event: &JsValue) {
    let request = js::get(event, "currentTarget");
    // Otherwise the page has opened the object anew, or the response is still arriving.
    let Some(status) = status_if_done(&request) else {
        return;
    };
    #[cfg(feature = "user-action")]
    if let Some(sender) = sender::of(&request) {
        dom_events::continue_in(event.unchecked_ref(), &sender);
    }
    let event_type = js::text(event, "type").unwrap_or_default();
    // A failed request has no status, and is described by the next event.
    if (event_type != "readystatechange" || status > 0)
        && let Some(in_flight) = take_sent(&request)
    {
        match &*event_type {
            "abort" => in_flight.abort(),
            "timeout" => in_flight.fail("TimeoutError", ""),
            "error" => in_flight.fail("NetworkError", ""),
            _ => in_flight.respond(status),
        }
    }
    if event_type == "loadend" {
        drop(sender::remove(&request));
    }
}

/// Returns the status of a request that is over. It is 0 without a response.
fn status_if_done(request: &JsValue) -> Option<u16> {
    let is_done = js::float(request, "readyState") == DONE;
    is_done.then(|| js::float(request, "status") as u16)
}

/// Removes a request. Dropping the result may end spans, so it happens after the borrow.
fn take_sent(request: &JsValue) -> Option<InFlight> {
    slot::with_default(&SENT, |all| {
        let index = all.iter().position(|(known, _)| known == request)?;
        Some(all.swap_remove(index).1)
    })
}

/// Removes and returns method and URL of a request that is open.
fn take_opened(request: &JsValue) -> Option<(String, String)> {
    let entry = OPENED.with(|opened| {
        let entry = js::call(opened, "get", request);
        js::call(opened, "delete", request);
        entry
    });
    Some((js::text(&entry, "0")?, js::text(&entry, "1")?))
}

/// Resolves a URL. `None` if it is invalid, or an export of spans.
fn absolute(url: &JsValue) -> Option<String> {
    platform::absolute_url(&js::to_text(url)).filter(|url| !is_export(url))
}

/// Writes a method as the browser sends it.
fn normalized(method: String) -> String {
    let upper = method.to_ascii_uppercase();
    if NORMALIZED_METHODS.contains(&&*upper) {
        upper
    } else {
        method
    }
}
