//! The notice after a crash.
//!
//! After a panic or a trap, nothing on the page works, although it looks unchanged. A notice covers
//! it, with a link that reloads the page. It does not use the state of the program.

use std::panic::PanicHookInfo;

use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Document, Element, ErrorEvent};

const ID: &str = "crash";

/// Shows panics, records them on the action that caused them, and logs them to the console. Also
/// shows traps without a panic, such as running out of memory.
pub(crate) fn install() {
    yew::set_custom_panic_hook(Box::new(|info| {
        otel_web::record_panic(info);
        console_error_panic_hook::hook(info);
        show(&message(info));
    }));
    let on_error = Closure::<dyn Fn(ErrorEvent)>::new(|event: ErrorEvent| {
        let error = js_sys::Object::from(event.error());
        let name = error.constructor().name();
        // Only WebAssembly throws a `RuntimeError`; scripts of extensions throw other errors.
        if name == "RuntimeError" {
            show(&event.message());
        }
    });
    if let Some(window) = web_sys::window() {
        // Adding a listener fails only for an aborted signal, and there is none.
        let _ = window.add_event_listener_with_callback("error", on_error.as_ref().unchecked_ref());
    }
    // It listens as long as the page exists.
    on_error.forget();
}

fn message(info: &PanicHookInfo<'_>) -> String {
    let payload = info.payload();
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let location = info
        .location()
        .map(|location| format!(" ({}:{})", location.file(), location.line()));
    format!(
        "{}{}",
        text.unwrap_or("panic"),
        location.unwrap_or_default()
    )
}

/// Shows a notice, unless there is one: later errors are consequences of the first.
fn show(message: &str) {
    let Some(document) = web_sys::window().and_then(|window| window.document()) else {
        return;
    };
    if document.get_element_by_id(ID).is_some() {
        return;
    }
    // If this fails, there is no other way to report it.
    let _ = append(&document, message);
}

fn append(document: &Document, message: &str) -> Option<()> {
    let notice = document.create_element("div").ok()?;
    notice.set_id(ID);
    notice.set_attribute("role", "alertdialog").ok()?;
    notice
        .set_attribute("aria-labelledby", "crash-title")
        .ok()?;
    let title = child(document, &notice, "h1", "The viewer has stopped")?;
    title.set_id("crash-title");
    child(
        document,
        &notice,
        "p",
        "This page no longer updates. No traces are lost: the gateway stores them.",
    )?;
    let reload = child(document, &notice, "a", "Reload")?;
    let location = document.location()?;
    // Without the fragment, because a link to a fragment would only scroll.
    let address = format!("{}{}", location.pathname().ok()?, location.search().ok()?);
    reload.set_attribute("href", &address).ok()?;
    reload.set_attribute("class", "button").ok()?;
    child(document, &notice, "code", message)?;
    document.body()?.append_child(&notice).ok()?;
    let reload: web_sys::HtmlElement = reload.dyn_into().ok()?;
    reload.focus().ok()
}

fn child(document: &Document, parent: &Element, name: &str, text: &str) -> Option<Element> {
    let element = document.create_element(name).ok()?;
    element.set_text_content(Some(text));
    parent.append_child(&element).ok()?;
    Some(element)
}
