//! The accessible name of an element: the text that assistive technology announces.
//!
//! Sources in order: the elements that `aria-labelledby` refers to, `aria-label`, `<label>`, the
//! value of an `<input>` that is a button, the element's own text, `title`, `alt`. Text is read as it is
//! rendered, with slotted content and that of open shadow trees. Content inside
//! `data-otel-mask` (see [`mask`]) and user input (values of fields, selections, editable text) are
//! never read.

use js_sys::Array;
use wasm_bindgen::JsValue;

use crate::browser::element::{attribute, is_form, matches};
use crate::browser::js::{call, float, get, is, text};
use crate::browser::mask;

/// The longest name that fits into one line of a list of traces.
const MAX_NAME_CHARS: usize = 48;
const ELEMENT_NODE: f64 = 1.0;
const TEXT_NODE: f64 = 3.0;
/// Masked content and user input.
const PRIVATE: &str = "[data-otel-mask],[contenteditable]:not([contenteditable=false])";
/// Descendants that do not contribute to an element's text.
const EXCLUDED: &str = "input,textarea,select,script,style,template,[aria-hidden=true],\
    [data-otel-mask],[contenteditable]:not([contenteditable=false])";
/// Fields that display their value as their label.
const LABELED_BY_VALUE: &str = "input:is([type=submit],[type=button],[type=reset])";

/// Returns the accessible name in one line of at most [`MAX_NAME_CHARS`] characters.
pub(super) fn accessible_name(element: &JsValue) -> Option<String> {
    if is_private(element) {
        return None;
    }
    non_empty_line(labeled_by(element))
        .or_else(|| non_empty_line(attribute(element, "aria-label")))
        .or_else(|| non_empty_line(accessible_text(&get(&get(element, "labels"), "0"))))
        .or_else(|| non_empty_line(own_text(element)))
        .or_else(|| non_empty_line(attribute(element, "title")))
        .or_else(|| non_empty_line(attribute(element, "alt")))
}

/// Normalizes a text. `None` if nothing is left, so that the next source is tried.
fn non_empty_line(text: Option<String>) -> Option<String> {
    text.map(|text| single_line(&text))
        .filter(|line| !line.is_empty())
}

/// Returns the texts of the elements that `aria-labelledby` lists, in its order.
fn labeled_by(element: &JsValue) -> Option<String> {
    let ids = attribute(element, "aria-labelledby")?;
    let root = call(element, "getRootNode", &JsValue::UNDEFINED);
    let mut labels = String::new();
    for id in ids.split(|character: char| character.is_ascii_whitespace()) {
        let label = call(&root, "getElementById", &id.into());
        labels.push_str(&accessible_text(&label).unwrap_or_default());
        labels.push(' ');
    }
    Some(labels)
}

/// Returns the text that the element displays. `None` for a form, whose text is all of its content.
fn own_text(element: &JsValue) -> Option<String> {
    if is_form(element) {
        None
    } else if matches(element, LABELED_BY_VALUE) {
        text(element, "value")
    } else {
        accessible_text(element)
    }
}

/// Whether the element is inside private content, or is private itself.
fn is_private(element: &JsValue) -> bool {
    mask::nearest(element, PRIVATE).is_truthy()
}

/// Returns the text inside an element, without private content.
fn accessible_text(element: &JsValue) -> Option<String> {
    let is_element = float(element, "nodeType") == ELEMENT_NODE;
    let mut text = String::new();
    (is_element && !is_private(element)).then(|| {
        append_text(element, &mut text);
        text
    })
}

/// Appends the texts that are rendered below `node`, up to a length that is certainly truncated.
fn append_text(node: &JsValue, to: &mut String) {
    for child in Array::from(&rendered_children(node)).iter() {
        if to.len() > 4 * MAX_NAME_CHARS {
            return;
        }
        if float(&child, "nodeType") == TEXT_NODE {
            to.push_str(&text(&child, "data").unwrap_or_default());
        } else if !call(&child, "matches", &EXCLUDED.into()).is_truthy() {
            to.push(' ');
            to.push_str(&text(&child, "alt").unwrap_or_default());
            append_text(&child, to);
            to.push(' ');
        }
    }
}

/// Returns the nodes that are rendered inside a node: what is assigned to a slot, or the content of a
/// shadow tree, or the node's own children.
fn rendered_children(node: &JsValue) -> JsValue {
    let assigned = call(node, "assignedNodes", &JsValue::UNDEFINED);
    if is(&assigned, "length") {
        return assigned;
    }
    let root = get(node, "shadowRoot");
    let tree = if root.is_truthy() { &root } else { node };
    get(tree, "childNodes")
}

/// Collapses white space, and truncates to [`MAX_NAME_CHARS`].
fn single_line(text: &str) -> String {
    let mut line = String::new();
    let mut length = 0;
    let mut is_between = false;
    for character in text.chars() {
        if character.is_whitespace() {
            is_between = length > 0;
            continue;
        }
        for character in is_between.then_some(' ').into_iter().chain([character]) {
            if length == MAX_NAME_CHARS {
                line.pop();
                line.push('…');
                return line;
            }
            length += 1;
            line.push(character);
        }
        is_between = false;
    }
    line
}

/// Replaces each number by one `#`.
pub(super) fn replace_numbers(name: &str) -> String {
    let mut replaced = String::with_capacity(name.len());
    for character in name.chars() {
        if !character.is_ascii_digit() {
            replaced.push(character);
        } else if !replaced.ends_with('#') {
            replaced.push('#');
        }
    }
    replaced
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_is_one_line_of_at_most_48_characters() {
        assert_eq!(single_line("  Sign\n   In "), "Sign In");
        let long = single_line(&"word ".repeat(40));
        assert_eq!(long.chars().count(), MAX_NAME_CHARS);
        assert!(long.ends_with('…'));
    }

    #[test]
    fn numbers_do_not_change_the_name() {
        assert_eq!(replace_numbers("Like 9"), replace_numbers("Like 1024"));
        assert_eq!(replace_numbers("page 2 of 17"), "page # of #");
    }
}
