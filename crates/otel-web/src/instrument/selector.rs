//! CSS selectors that identify an element by tag names, ids and classes, never by content.

use wasm_bindgen::JsValue;

use crate::browser::js::{float, get, text};
use crate::browser::mask;

/// The maximum number of elements in a selector.
const MAX_DEPTH: usize = 4;
const ELEMENT_NODE: f64 = 1.0;

/// Returns a selector such as `main>ul.feed>li>img`, which starts at the closest ancestor with an id.
///
/// For a masked element it is the tag name alone. `None` if `node` is not a node, as for an element
/// that has been removed from the page.
pub(crate) fn selector(node: &JsValue) -> Option<String> {
    let mut selector = String::new();
    let mut node = node.clone();
    if float(&node, "nodeType") != ELEMENT_NODE {
        node = get(&node, "parentNode");
    }
    if mask::is_masked(&node) {
        return text(&node, "localName");
    }
    for _ in 0..MAX_DEPTH {
        let Some(name) = text(&node, "localName") else {
            break;
        };
        let id = text(&node, "id");
        let is_unique = id.is_some();
        let (prefix, suffix) = match id.or_else(|| text(&get(&node, "classList"), "0")) {
            Some(id) if is_unique => ("#", id),
            Some(class) => (".", class),
            None => ("", String::new()),
        };
        let combinator = if selector.is_empty() { "" } else { ">" };
        selector = [&name, prefix, &suffix, combinator, &selector].concat();
        if is_unique {
            break;
        }
        node = get(&node, "parentNode");
    }
    Some(selector).filter(|selector| !selector.is_empty())
}
