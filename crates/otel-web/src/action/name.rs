//! What people call an element: what assistive technology would say.
//!
//! In this order: the elements that `aria-labelledby` points to, `aria-label`, `<label>`, the text
//! of a button that is an `<input>`, the element's own text, `title`, `alt`. Nothing is told from
//! inside `data-otel-mask`, and nothing that the user has typed or chosen: no values of fields, no
//! editable text.

use js_sys::wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Node};

use crate::js::{get, text};

const LONGEST: usize = 48;
/// What is the user's, or nobody's business.
const PRIVATE: &str = "[data-otel-mask],[contenteditable]:not([contenteditable=false])";
/// What is no part of an element's own text.
const UNSPOKEN: &str = "input,textarea,select,script,style,template,[aria-hidden=true],\
    [data-otel-mask],[contenteditable]:not([contenteditable=false])";
/// Fields whose value is the text on them.
const LABELLED_BY_VALUE: &str = "input:is([type=submit],[type=button],[type=reset])";

/// One line, of a length that fits a list.
pub(super) fn accessible(element: &Element) -> Option<String> {
    if is_private(element) {
        return None;
    }
    let attribute = |name| element.get_attribute(name);
    let sources: [&dyn Fn() -> Option<String>; 7] = [
        &|| labelled_by(element),
        &|| attribute("aria-label"),
        &|| spoken(&get(&get(element, "labels"), "0")),
        &|| {
            element
                .matches(LABELLED_BY_VALUE)
                .ok()?
                .then(|| text(element, "value"))?
        },
        &|| (element.local_name() != "form").then(|| spoken(element))?,
        &|| attribute("title"),
        &|| attribute("alt"),
    ];
    let names = sources.iter().filter_map(|source| source());
    let mut names = names.map(|name| shortened(&name));
    names.find(|name| !name.is_empty())
}

fn is_private(element: &Element) -> bool {
    element.closest(PRIVATE).is_ok_and(|found| found.is_some())
}

fn labelled_by(element: &Element) -> Option<String> {
    let ids = element.get_attribute("aria-labelledby")?;
    let document = element.owner_document()?;
    let labels = ids
        .split_whitespace()
        .filter_map(|id| spoken(document.get_element_by_id(id)?.as_ref()));
    Some(labels.collect::<Vec<_>>().join(" "))
}

/// The text inside, without what is private. `None` for what is no element.
fn spoken(element: &JsValue) -> Option<String> {
    let element = element.dyn_ref::<Element>()?;
    let mut text = String::new();
    if !is_private(element) {
        gather(element, &mut text);
    }
    Some(text)
}

fn gather(node: &Node, spoken: &mut String) {
    let mut child = node.first_child();
    while let Some(node) = child.take().filter(|_| spoken.len() <= 4 * LONGEST) {
        match node.dyn_ref::<Element>() {
            Some(element) if element.matches(UNSPOKEN).unwrap_or(true) => {}
            Some(element) => {
                spoken.push(' ');
                spoken.push_str(&element.get_attribute("alt").unwrap_or_default());
                gather(element, spoken);
                spoken.push(' ');
            }
            None if node.node_type() == Node::TEXT_NODE => {
                spoken.push_str(&node.text_content().unwrap_or_default());
            }
            None => {}
        }
        child = node.next_sibling();
    }
}

/// One line, of a length that fits a list.
fn shortened(text: &str) -> String {
    let mut words = String::new();
    for word in text.split_whitespace() {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
        if words.chars().count() > LONGEST {
            return words.chars().take(LONGEST - 1).chain(['…']).collect();
        }
    }
    words
}

/// Each number becomes one `#`.
pub(super) fn without_numbers(name: &str) -> String {
    let mut without = String::with_capacity(name.len());
    for character in name.chars() {
        if !character.is_ascii_digit() {
            without.push(character);
        } else if !without.ends_with('#') {
            without.push('#');
        }
    }
    without
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_short_line() {
        assert_eq!(shortened("  Sign\n   In "), "Sign In");
        let long = shortened(&"word ".repeat(40));
        assert_eq!(long.chars().count(), LONGEST);
        assert!(long.ends_with('…'));
    }

    #[test]
    fn a_count_on_a_button_does_not_change_its_name() {
        assert_eq!(without_numbers("Like 9"), without_numbers("Like 1024"));
        assert_eq!(without_numbers("page 2 of 17"), "page # of #");
    }
}
