//! Which element, in a form that people find again: names, ids and classes, never its content.

use wasm_bindgen::JsValue;

use crate::js::{get, number, text};

/// How many elements a selector names at most, from the inside out.
const DEPTH: usize = 4;
const ELEMENT_NODE: f64 = 1.0;

/// Such as `main>ul.feed>li>img`; up to the next element with an id. `None` for what is no node, as
/// an element that has left the page reads.
pub(crate) fn selector(node: &JsValue) -> Option<String> {
    let mut selector = String::new();
    let mut node = node.clone();
    for _ in 0..DEPTH {
        if number(&node, "nodeType")? != ELEMENT_NODE {
            node = get(&node, "parentNode");
        }
        let Some(name) = text(&node, "localName") else {
            break;
        };
        let id = text(&node, "id");
        let is_unique = id.is_some();
        selector = joined(&step(name, id, &node), &selector);
        node = get(&node, "parentNode");
        if is_unique || number(&node, "nodeType") != Some(ELEMENT_NODE) {
            break;
        }
    }
    Some(selector).filter(|selector| !selector.is_empty())
}

fn step(name: String, id: Option<String>, element: &JsValue) -> String {
    match (id, text(&get(element, "classList"), "0")) {
        (Some(id), _) => [&name, "#", &id].concat(),
        (None, Some(class)) => [&name, ".", &class].concat(),
        (None, None) => name,
    }
}

fn joined(outer: &str, inner: &str) -> String {
    let between = if inner.is_empty() { "" } else { ">" };
    [outer, between, inner].concat()
}
