//! Which element was acted on.

use wasm_bindgen::JsValue;
use web_sys::Event;

use super::name;
use crate::js::{call, get, is, text};
use crate::{Context, pipeline};

const ACTIONABLE: &str = "[data-otel-action],a[href],button,summary,form,[role=button],[role=link],\
    [role=menuitem],[role=tab],[role=checkbox],[role=switch],[role=option],input[type=submit],\
    input[type=button],input[type=reset],input[type=image],input[type=checkbox],input[type=radio]";
/// What the browser does not turn into a click by itself when a key is pressed.
const KEYED: &str =
    ":is([data-otel-action],[role]):not(a,button,form,input,select,summary,textarea)";

/// The element that an event means: the nearest one that does something.
pub(super) fn acted_on(event: &Event, event_type: &str) -> Option<Acted> {
    let path = call(event, "composedPath", &JsValue::UNDEFINED);
    let target = get(&path, "0");
    let element = call(&target, "closest", &ACTIONABLE.into());
    let is_meant = match event_type {
        _ if !element.is_truthy() => false,
        "click" => !is_form(&element),
        "keydown" => element == target && is_press(event) && matches(&element, KEYED),
        _ => true,
    };
    is_meant.then_some(Acted(element))
}

pub(super) fn is_form(element: &JsValue) -> bool {
    text(element, "localName").as_deref() == Some("form")
}

pub(super) fn matches(element: &JsValue, selector: &str) -> bool {
    call(element, "matches", &selector.into()).is_truthy()
}

pub(super) fn attribute(element: &JsValue, name: &str) -> Option<String> {
    call(element, "getAttribute", &name.into()).as_string()
}

/// The keys that activate what has the focus, pressed and not held.
fn is_press(event: &Event) -> bool {
    let is_key = matches!(text(event, "key").as_deref(), Some("Enter" | " "));
    is_key && !is(event, "repeat")
}

/// An element that was acted on.
pub(super) struct Acted(JsValue);

impl Acted {
    /// The name the page gives it, else the event and the accessible name: `click Sign In`. Numbers
    /// are taken out, so that what is counted on a button does not make a new name each time.
    pub(super) fn action_name(&self, event_type: &str) -> String {
        if let Some(name) = attribute(&self.0, "data-otel-action") {
            return name;
        }
        let name = name::accessible(&self.0).map(|name| name::without_numbers(&name));
        let name = name.or_else(|| text(&self.0, "localName"));
        [event_type, " ", &name.unwrap_or_default()].concat()
    }

    pub(super) fn describe(&self, action: &Context) {
        let id = text(&self.0, "id");
        let name = name::accessible(&self.0);
        for (key, told) in [("app.widget.id", id), ("app.widget.name", name)] {
            if let Some(told) = told {
                pipeline::annotate(action, key, &*told);
            }
        }
    }
}
