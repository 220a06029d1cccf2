//! Which element was acted on.

use web_sys::wasm_bindgen::JsCast;
use web_sys::{Element, Event};

use super::name;
use crate::js::{is, text};
use crate::{Context, pipeline};

const ACTIONABLE: &str = "[data-otel-action],a[href],button,summary,form,[role=button],[role=link],\
    [role=menuitem],[role=tab],[role=checkbox],[role=switch],[role=option],input[type=submit],\
    input[type=button],input[type=reset],input[type=image],input[type=checkbox],input[type=radio]";
/// What the browser does not turn into a click by itself when a key is pressed.
const KEYED: &str =
    ":is([data-otel-action],[role]):not(a,button,form,input,select,summary,textarea)";

/// The element that an event means: the nearest one that does something.
pub(super) fn acted_on(event: &Event, event_type: &str) -> Option<Acted> {
    let target: Element = event.composed_path().get(0).dyn_into().ok()?;
    let element = target.closest(ACTIONABLE).ok()??;
    let is_meant = match event_type {
        "click" => element.local_name() != "form",
        "keydown" => element == target && is_press(event) && element.matches(KEYED).ok()?,
        _ => true,
    };
    is_meant.then_some(Acted(element))
}

/// The keys that activate what has the focus, pressed and not held.
fn is_press(event: &Event) -> bool {
    let is_key = matches!(text(event, "key").as_deref(), Some("Enter" | " "));
    is_key && !is(event, "repeat")
}

/// An element that was acted on.
pub(super) struct Acted(Element);

impl Acted {
    /// The name the page gives it, else the event and the accessible name: `click Sign In`. Numbers
    /// are taken out, so that what is counted on a button does not make a new name each time.
    pub(super) fn action_name(&self, event_type: &str) -> String {
        if let Some(name) = self.0.get_attribute("data-otel-action") {
            return name;
        }
        let name = name::accessible(&self.0).map(|name| name::without_numbers(&name));
        let name = name.unwrap_or_else(|| self.0.local_name());
        [event_type, " ", &name].concat()
    }

    pub(super) fn describe(&self, action: &Context) {
        let id = self.0.id();
        if !id.is_empty() {
            pipeline::annotate(action, "app.widget.id", &*id);
        }
        if let Some(name) = name::accessible(&self.0) {
            pipeline::annotate(action, "app.widget.name", &*name);
        }
    }
}
