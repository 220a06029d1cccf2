//! What the page keeps to itself: everything that is shown inside of an element with `data-otel-mask`.
//!
//! Inside is meant as the user sees it, in the composed tree: an element of a shadow tree is inside of
//! its host and of what the host is in, and an element in a slot is inside of what the slot is in.
//! Closed shadow trees show neither to anybody.

use wasm_bindgen::JsValue;

use crate::js::{call, get};

const MASKED: &str = "[data-otel-mask]";
/// No page is nested deeper. A walk that goes on has been led in a circle: a form hides its own
/// properties behind fields that are named like them.
const MAX_DEPTH: usize = 1024;

/// Whether nothing may be told of the node but its kind.
pub(crate) fn is_masked(node: &JsValue) -> bool {
    nearest(node, MASKED).is_truthy()
}

/// The nearest node that matches, from the node itself outwards; `undefined` where there is none. A node
/// that does not let itself be asked counts as one that matches, so that nothing leaks.
pub(crate) fn nearest(node: &JsValue, selector: &str) -> JsValue {
    let selector = JsValue::from_str(selector);
    let mut node = node.clone();
    for _ in 0..MAX_DEPTH {
        if !node.is_object() {
            return JsValue::UNDEFINED;
        }
        let is_askable = !get(&node, "matches").is_undefined();
        if is_askable && call(&node, "matches", &selector) != JsValue::FALSE {
            return node;
        }
        node = parent(&node);
    }
    node
}

/// In the composed tree. The root of a shadow tree has a host, and no parent.
fn parent(node: &JsValue) -> JsValue {
    for property in ["assignedSlot", "parentNode"] {
        let parent = get(node, property);
        if parent.is_truthy() {
            return parent;
        }
    }
    get(node, "host")
}
