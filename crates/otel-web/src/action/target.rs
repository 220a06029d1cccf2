//! The element that an event activates.

use wasm_bindgen::JsValue;
use web_sys::Event;

use crate::action::accessible_name::{accessible_name, replace_numbers};
use crate::browser::element::{attribute, is_form, matches};
use crate::browser::js::{self, call, float, get};
use crate::browser::mask;
use crate::core::otlp::attributes::Attributes;
use crate::core::text;
#[cfg(feature = "frustration")]
use crate::trace::hooks;
#[cfg(feature = "frustration")]
use opentelemetry::Context;

/// Elements that react to a click or submit by themselves, or have a role of such elements.
/// Links of SVG may have their address in another namespace.
const ACTIONABLE: &str = "[data-otel-action],a[*|href],area[href],button,summary,form,[role=button],\
    [role=link],[role^=menuitem],[role=tab],[role=checkbox],[role=switch],[role=option],[role=radio],\
    [role=treeitem],[role=combobox]:not(input),input:is([type=submit],[type=button],[type=reset],\
    [type=image],[type=checkbox],[type=radio])";
/// Elements for which the browser does not turn a key press into a click.
const KEY_ACTIVATED: &str =
    ":is([data-otel-action],[role]):not(a,area,button,form,input,select,summary,textarea)";

/// The value of `button` for the middle button, which opens a link in a new tab.
const MIDDLE_BUTTON: f64 = 1.0;

/// The page opts out for this element and everything rendered inside it.
const IGNORED: &str = "[data-otel-ignore]";

/// An element that an event activates.
pub(super) struct Target {
    element: JsValue,
    /// Only the element's tag name may be recorded.
    is_masked: bool,
}

impl Target {
    /// Finds the closest element that reacts to the event. `None` if the event starts no action.
    pub(super) fn of(event: &Event, event_type: &str) -> Option<Self> {
        if event_type == "keydown" && !is_activation_key(event) {
            return None;
        }
        let path = call(event, "composedPath", &JsValue::UNDEFINED);
        let origin = get(&path, "0");
        if is_ignored(&origin) || is_ignored(&get(event, "submitter")) {
            return None;
        }
        let mut element = mask::nearest(&origin, ACTIONABLE);
        if event_type == "click" && !element.is_truthy() && is_closed(&origin) {
            element = origin.clone();
        }
        let is_activated = match event_type {
            _ if !element.is_truthy() => false,
            "click" => !is_form(&element),
            "auxclick" => !is_form(&element) && float(event, "button") == MIDDLE_BUTTON,
            "keydown" => element == origin && matches(&element, KEY_ACTIVATED),
            _ => true,
        };
        is_activated.then(|| Self {
            is_masked: mask::is_masked(&element),
            element,
        })
    }

    /// Returns the value of `data-otel-action`, else the event type and the accessible name:
    /// `click Sign In`. Numbers are replaced, so that a counter on a button does not create a new
    /// name at each click.
    pub(super) fn action_name(&self, event_type: &str) -> String {
        let explicit = attribute(&self.element, "data-otel-action").filter(|_| !self.is_masked);
        let name = explicit.unwrap_or_else(|| {
            let name = accessible_name(&self.element).map(|name| replace_numbers(&name));
            let name = name.or_else(|| js::text(&self.element, "localName"));
            [event_type, " ", &name.unwrap_or_default()].concat()
        });
        text::truncated(&name).to_owned()
    }

    /// Notifies of a click that has started an action.
    #[cfg(feature = "frustration")]
    pub(super) fn opened(&self, event: &Event, time_ms: f64, action: &Context) {
        let name = accessible_name(&self.element);
        let name = name.as_deref();
        (hooks::get().on_action_opened)(event, &self.element, name, time_ms, action);
    }

    /// Adds the element's id and accessible name to the action's span.
    pub(super) fn describe(&self, action: &mut Attributes) {
        if self.is_masked {
            return;
        }
        let id = js::text(&self.element, "id");
        let name = accessible_name(&self.element);
        for (key, value) in [("app.widget.id", id), ("app.widget.name", name)] {
            if let Some(value) = value {
                action.set(key, &*value);
            }
        }
    }
}

/// Whether the page opted out. `nearest` also returns a form whose fields shadow its own properties;
/// such a form has not opted out, hence the second check.
fn is_ignored(element: &JsValue) -> bool {
    matches(&mask::nearest(element, IGNORED), IGNORED)
}

/// Whether the user has activated something inside of a closed shadow tree. Only its host is visible, which
/// has the focus then, as opposed to one in which a text was clicked.
fn is_closed(host: &JsValue) -> bool {
    let name = js::text(host, "localName").unwrap_or_default();
    let is_custom = name.bytes().any(|byte| byte == b'-');
    let root = call(host, "getRootNode", &JsValue::UNDEFINED);
    is_custom && !js::is(host, "shadowRoot") && get(&root, "activeElement") == *host
}

/// Whether a key activates the focused element.
fn is_activation_key(event: &Event) -> bool {
    js::text(event, "key").as_deref() == Some("Enter") || is_space(event)
}

pub(super) fn is_space(event: &Event) -> bool {
    js::text(event, "key").as_deref() == Some(" ")
}
