//! What people call an element: what assistive technology would say.
//!
//! In this order: the elements that `aria-labelledby` points to, `aria-label`, `<label>`, the text
//! of a button that is an `<input>`, the element's own text, `title`, `alt`. Nothing is told from
//! inside `data-otel-mask` (see [`mask`]), and nothing that the user has typed or chosen: no values of fields, no
//! editable text.

use wasm_bindgen::JsValue;

use super::element::{attribute, is_form, matches};
use crate::js::{call, float, get, text};
use crate::mask;

const LONGEST: usize = 48;
const ELEMENT_NODE: f64 = 1.0;
const TEXT_NODE: f64 = 3.0;
/// What is the user's, or nobody's business.
const PRIVATE: &str = "[data-otel-mask],[contenteditable]:not([contenteditable=false])";
/// What is no part of an element's own text.
const UNSPOKEN: &str = "input,textarea,select,script,style,template,[aria-hidden=true],\
    [data-otel-mask],[contenteditable]:not([contenteditable=false])";
/// Fields whose value is the text on them.
const LABELLED_BY_VALUE: &str = "input:is([type=submit],[type=button],[type=reset])";

/// One line, of a length that fits a list.
pub(super) fn accessible(element: &JsValue) -> Option<String> {
    if is_private(element) {
        return None;
    }
    line(labelled_by(element))
        .or_else(|| line(attribute(element, "aria-label")))
        .or_else(|| line(spoken(&get(&get(element, "labels"), "0"))))
        .or_else(|| line(text_on(element)))
        .or_else(|| line(attribute(element, "title")))
        .or_else(|| line(attribute(element, "alt")))
}

fn line(text: Option<String>) -> Option<String> {
    text.map(|text| shortened(&text))
        .filter(|line| !line.is_empty())
}

fn labelled_by(element: &JsValue) -> Option<String> {
    let ids = attribute(element, "aria-labelledby")?;
    let root = call(element, "getRootNode", &JsValue::UNDEFINED);
    let mut labels = String::new();
    for id in ids.split(|character: char| character.is_ascii_whitespace()) {
        let label = call(&root, "getElementById", &id.into());
        labels.push_str(&spoken(&label).unwrap_or_default());
        labels.push(' ');
    }
    Some(labels)
}

/// What is written on it. For a form that is everything on it, and no name.
fn text_on(element: &JsValue) -> Option<String> {
    if is_form(element) {
        None
    } else if matches(element, LABELLED_BY_VALUE) {
        text(element, "value")
    } else {
        spoken(element)
    }
}

fn is_private(element: &JsValue) -> bool {
    mask::nearest(element, PRIVATE).is_truthy()
}

/// The text inside, without what is private.
fn spoken(element: &JsValue) -> Option<String> {
    let is_element = float(element, "nodeType") == ELEMENT_NODE;
    let mut text = String::new();
    (is_element && !is_private(element)).then(|| {
        gather(element, &mut text);
        text
    })
}

fn gather(node: &JsValue, spoken: &mut String) {
    let mut child = get(node, "firstChild");
    while child.is_truthy() && spoken.len() <= 4 * LONGEST {
        let slot = get(&child, "assignedSlot");
        if slot.is_truthy() && is_private(&slot) {
            // It is shown inside of a mask.
        } else if float(&child, "nodeType") == TEXT_NODE {
            spoken.push_str(&text(&child, "data").unwrap_or_default());
        } else if call(&child, "matches", &UNSPOKEN.into()).is_falsy() {
            spoken.push(' ');
            spoken.push_str(&text(&child, "alt").unwrap_or_default());
            gather(&child, spoken);
            spoken.push(' ');
        }
        child = get(&child, "nextSibling");
    }
}

/// One line, of a length that fits a list.
fn shortened(text: &str) -> String {
    let mut line = String::new();
    let mut length = 0;
    let mut is_between = false;
    for character in text.chars() {
        if character.is_whitespace() {
            is_between = length > 0;
            continue;
        }
        for character in is_between.then_some(' ').into_iter().chain([character]) {
            if length == LONGEST {
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
