//! Masking of elements: texts inside of an element with `data-otel-mask` are not recorded.
//!
//! "Inside" refers to the composed tree, as the user sees it. An element of a shadow tree is inside of
//! its host and the host's ancestors. A slotted element is inside of its slot and the slot's ancestors.
//! Closed shadow trees are invisible to scripts.

use wasm_bindgen::JsValue;

use crate::browser::js::{call, get};

const MASK_SELECTOR: &str = "[data-otel-mask]";
/// No page is nested deeper. A longer walk is in a cycle, since a form's properties can be shadowed by
/// fields with the same name.
const MAX_DEPTH: usize = 1024;

/// Whether only the kind of the node may be recorded.
pub(crate) fn is_masked(node: &JsValue) -> bool {
    nearest(node, MASK_SELECTOR).is_truthy()
}

/// Returns the nearest node that matches, starting with the node itself, or `undefined`. A node whose
/// `matches` fails counts as a match, so that nothing leaks.
pub(crate) fn nearest(node: &JsValue, selector: &str) -> JsValue {
    let selector = JsValue::from_str(selector);
    let mut node = node.clone();
    for _ in 0..MAX_DEPTH {
        if !node.is_object() {
            return JsValue::UNDEFINED;
        }
        let is_element = !get(&node, "matches").is_undefined();
        if is_element && call(&node, "matches", &selector) != JsValue::FALSE {
            return node;
        }
        node = parent(&node);
    }
    node
}

/// Returns the parent in the composed tree. The root of a shadow tree has a host instead of a parent.
fn parent(node: &JsValue) -> JsValue {
    for property in ["assignedSlot", "parentNode"] {
        let parent = get(node, property);
        if parent.is_truthy() {
            return parent;
        }
    }
    get(node, "host")
}
