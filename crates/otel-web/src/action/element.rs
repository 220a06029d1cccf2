//! Which element was acted on, and what people call it.
//!
//! The name is what assistive technology would say, in this order: `aria-label`, the element's text,
//! `title`. Inside `data-otel-mask` only the kind of element is told, and the value of an input
//! never is.

use web_sys::wasm_bindgen::JsCast;
use web_sys::{Element, Event};

use crate::{Context, pipeline};

const ACTIONABLE: &str = "[data-otel-action],a[href],button,summary,[role=button],[role=link],\
    [role=menuitem],[role=tab],input[type=submit],input[type=button],input[type=checkbox],input[type=radio],form";
const LONGEST_NAME: usize = 48;

/// The element that a click or submit means: the nearest one that does something.
pub(super) fn acted_on(event: &Event) -> Option<Acted> {
    let target: Element = event.composed_path().get(0).dyn_into().ok()?;
    let element = target.closest(ACTIONABLE).ok()??;
    let is_click_in_form = event.type_() == "click" && element.local_name() == "form";
    (!is_click_in_form).then_some(Acted(element))
}

/// An element that was acted on.
pub(super) struct Acted(Element);

impl Acted {
    /// The name the page gives it, else the event and the accessible name: `click Sign In`.
    pub(super) fn action_name(&self, event_type: &str) -> String {
        if let Some(name) = self.0.get_attribute("data-otel-action") {
            return name;
        }
        let name = self.accessible_name();
        let name = name.unwrap_or_else(|| self.0.local_name());
        [event_type, " ", &name].concat()
    }

    pub(super) fn describe(&self, action: &Context) {
        let id = self.0.id();
        if !id.is_empty() {
            pipeline::annotate(action, "app.widget.id", &*id);
        }
        if let Some(name) = self.accessible_name() {
            pipeline::annotate(action, "app.widget.name", &*name);
        }
    }

    fn accessible_name(&self) -> Option<String> {
        if matches!(self.0.closest("[data-otel-mask]"), Ok(Some(_))) {
            return None;
        }
        let is_form = self.0.local_name() == "form";
        let text = || if is_form { None } else { self.0.text_content() };
        let candidates = [
            self.0.get_attribute("aria-label"),
            text(),
            self.0.get_attribute("title"),
        ];
        candidates
            .into_iter()
            .flatten()
            .map(|name| shortened(&name))
            .find(|name| !name.is_empty())
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
        if words.chars().count() > LONGEST_NAME {
            return words.chars().take(LONGEST_NAME - 1).chain(['…']).collect();
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_short_line() {
        assert_eq!(shortened("  Sign\n   In "), "Sign In");
        let long = shortened(&"word ".repeat(40));
        assert_eq!(long.chars().count(), LONGEST_NAME);
        assert!(long.ends_with('…'));
    }
}
