//! Which element, in a form that people find again: names, ids and classes, never its content.

use wasm_bindgen::JsValue;

use crate::js::{float, get, text};
use crate::mask;

/// How many elements a selector names at most, from the inside out.
const DEPTH: usize = 4;
const ELEMENT_NODE: f64 = 1.0;

/// Such as `main>ul.feed>li>img`; up to the next element with an id. Inside of a mask, the kind of
/// element alone. `None` for what is no node, as
/// an element that has left the page reads.
pub(crate) fn selector(node: &JsValue) -> Option<String> {
    let mut selector = String::new();
    let mut node = node.clone();
    if float(&node, "nodeType") != ELEMENT_NODE {
        node = get(&node, "parentNode");
    }
    if mask::is_masked(&node) {
        return text(&node, "localName");
    }
    for _ in 0..DEPTH {
        let Some(name) = text(&node, "localName") else {
            break;
        };
        let id = text(&node, "id");
        let is_unique = id.is_some();
        let (mark, which) = match id.or_else(|| text(&get(&node, "classList"), "0")) {
            Some(which) if is_unique => ("#", which),
            Some(which) => (".", which),
            None => ("", String::new()),
        };
        let between = if selector.is_empty() { "" } else { ">" };
        selector = [&name, mark, &which, between, &selector].concat();
        if is_unique {
            break;
        }
        node = get(&node, "parentNode");
    }
    Some(selector).filter(|selector| !selector.is_empty())
}
