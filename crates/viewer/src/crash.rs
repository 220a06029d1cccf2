//! A page whose program has stopped says so, and how to go on.
//!
//! After a panic or a trap nothing on the page works any more, although it looks as before. A
//! notice covers it, made without the program's own state: a link that loads the page again.

use std::panic::PanicHookInfo;

use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Document, Element, ErrorEvent};

const ID: &str = "crash";

/// Panics are shown, recorded on the action that caused them, and written to the console. Traps
/// without a panic, such as a full memory, are shown, too.
pub(crate) fn install() {
    yew::set_custom_panic_hook(Box::new(|info| {
        otel_web::record_panic(info);
        console_error_panic_hook::hook(info);
        show(&message(info));
    }));
    let on_error = Closure::<dyn Fn(ErrorEvent)>::new(|event: ErrorEvent| {
        let error = js_sys::Object::from(event.error());
        let name = error.constructor().name();
        // `RuntimeError` is WebAssembly's own; scripts of extensions fail in other ways.
        if name == "RuntimeError" {
            show(&event.message());
        }
    });
    if let Some(window) = web_sys::window() {
        // Registering a listener only fails for a signal that was aborted; there is none.
        let _ = window.add_event_listener_with_callback("error", on_error.as_ref().unchecked_ref());
    }
    // It listens for as long as the page lives.
    on_error.forget();
}

fn message(info: &PanicHookInfo<'_>) -> String {
    let payload = info.payload();
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let place = info
        .location()
        .map(|place| format!(" ({}:{})", place.file(), place.line()));
    format!("{}{}", text.unwrap_or("a panic"), place.unwrap_or_default())
}

/// The first notice stays: what follows is a consequence.
fn show(message: &str) {
    let Some(document) = web_sys::window().and_then(|window| window.document()) else {
        return;
    };
    if document.get_element_by_id(ID).is_some() {
        return;
    }
    // There is nobody left to tell that this failed.
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
        "What the page shows is not up to date any more. Nothing is lost: the gateway keeps the traces.",
    )?;
    let reload = child(document, &notice, "a", "Reload")?;
    let location = document.location()?;
    // Without the part after #, which would only scroll.
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
