//! Which element was acted on.

use wasm_bindgen::JsValue;
use web_sys::Event;

use super::name;
use crate::js::{self, call, get, is};
use crate::{Context, mask, pipeline, text};

const ACTIONABLE: &str = "[data-otel-action],a[href],button,summary,form,[role=button],[role=link],\
    [role=menuitem],[role=tab],[role=checkbox],[role=switch],[role=option],input[type=submit],\
    input[type=button],input[type=reset],input[type=image],input[type=checkbox],input[type=radio]";
/// What the browser does not turn into a click by itself when a key is pressed.
const KEYED: &str =
    ":is([data-otel-action],[role]):not(a,button,form,input,select,summary,textarea)";

/// What the page does not want to be an action: this element, and all that is shown inside of it.
const IGNORED: &str = "[data-otel-ignore]";

/// The element that an event means: the nearest one that does something.
pub(super) fn acted_on(event: &Event, event_type: &str) -> Option<Acted> {
    if event_type == "keydown" && !is_press(event) {
        return None;
    }
    let path = call(event, "composedPath", &JsValue::UNDEFINED);
    let target = get(&path, "0");
    if is_ignored(&target) || is_ignored(&get(event, "submitter")) {
        return None;
    }
    let element = mask::nearest(&target, ACTIONABLE);
    let is_meant = match event_type {
        _ if !element.is_truthy() => false,
        "click" => !is_form(&element),
        "keydown" => element == target && matches(&element, KEYED),
        _ => true,
    };
    is_meant.then(|| Acted {
        is_masked: mask::is_masked(&element),
        element,
    })
}

/// Whether the page opted out. A form that hides its own properties behind its fields did not say so.
fn is_ignored(target: &JsValue) -> bool {
    matches(&mask::nearest(target, IGNORED), IGNORED)
}

pub(super) fn is_form(element: &JsValue) -> bool {
    js::text(element, "localName").as_deref() == Some("form")
}

pub(super) fn matches(element: &JsValue, selector: &str) -> bool {
    call(element, "matches", &selector.into()).is_truthy()
}

pub(super) fn attribute(element: &JsValue, name: &str) -> Option<String> {
    call(element, "getAttribute", &name.into()).as_string()
}

/// The keys that activate what has the focus, pressed and not held.
fn is_press(event: &Event) -> bool {
    let is_key = matches!(js::text(event, "key").as_deref(), Some("Enter" | " "));
    is_key && !is(event, "repeat")
}

/// An element that was acted on.
pub(super) struct Acted {
    element: JsValue,
    /// Nothing but its kind may be told.
    is_masked: bool,
}

impl Acted {
    /// The name the page gives it, else the event and the accessible name: `click Sign In`. Numbers
    /// are taken out, so that what is counted on a button does not make a new name each time.
    pub(super) fn action_name(&self, event_type: &str) -> String {
        let given = attribute(&self.element, "data-otel-action").filter(|_| !self.is_masked);
        let name = given.unwrap_or_else(|| {
            let name = name::accessible(&self.element).map(|name| name::without_numbers(&name));
            let name = name.or_else(|| js::text(&self.element, "localName"));
            [event_type, " ", &name.unwrap_or_default()].concat()
        });
        text::truncated(&name).to_owned()
    }

    pub(super) fn describe(&self, action: &Context) {
        if self.is_masked {
            return;
        }
        let id = js::text(&self.element, "id");
        let name = name::accessible(&self.element);
        for (key, told) in [("app.widget.id", id), ("app.widget.name", name)] {
            if let Some(told) = told {
                pipeline::annotate(action, key, &*told);
            }
        }
    }
}
