//! Locates elements by role and accessible name, as users and screen readers do, never by class.

/// An XPath expression, which selects its first visible match.
#[derive(Clone, Debug)]
pub(crate) struct Element(pub(crate) String);

pub(crate) fn button(name: &str) -> Element {
    Element(format!(
        "//*[self::button or @role='button'][{}]",
        named(name)
    ))
}

pub(crate) fn link(name: &str) -> Element {
    Element(format!("//a[@href][{}]", named(name)))
}

/// A link whose text contains `text`.
pub(crate) fn link_with(text: &str) -> Element {
    Element(format!("//a[@href][contains(., {})]", quoted(text)))
}

/// The line of an element that opens and closes, whose text contains `text`.
pub(crate) fn summary_with(text: &str) -> Element {
    Element(format!("//summary[contains(., {})]", quoted(text)))
}

pub(crate) fn heading(name: &str) -> Element {
    Element(format!(
        "//*[self::h1 or self::h2 or self::h3][normalize-space(.)={}]",
        quoted(name)
    ))
}

/// A text field, by placeholder or label.
pub(crate) fn textbox(name: &str) -> Element {
    Element(format!(
        "//*[self::textarea or self::input][@placeholder={} or {}]",
        quoted(name),
        labeled(name)
    ))
}

pub(crate) fn combobox(name: &str) -> Element {
    Element(format!("//select[{}]", labeled(name)))
}

/// The form in the page's main content.
pub(crate) fn form() -> Element {
    Element("//main//form".to_owned())
}

pub(crate) fn dialog() -> Element {
    Element("//*[self::dialog[@open] or @role='dialog']".to_owned())
}

/// The crud that contains the message. Of nested cruds, the innermost.
pub(crate) fn crud(message: &str) -> Element {
    Element(format!("//article[{}]", contains_message(message)))
}

impl Element {
    pub(crate) fn within(&self, scope: &Self) -> Self {
        Self(format!("{}{}", scope.0, self.0))
    }

    /// Restricts this to the crud that contains the message, without its replies.
    pub(crate) fn of_crud(&self, message: &str) -> Self {
        Self(format!(
            "{}[ancestor::article[1][{}]]",
            self.0,
            contains_message(message)
        ))
    }
}

fn contains_message(message: &str) -> String {
    let contains = format!("contains(normalize-space(.), {})", quoted(message));
    format!("{contains} and not(.//article[{contains}])")
}

fn named(name: &str) -> String {
    let name = quoted(name);
    format!("@aria-label={name} or (not(@aria-label) and normalize-space(.)={name})")
}

fn labeled(name: &str) -> String {
    let name = quoted(name);
    format!(
        "@aria-label={name} or @id=//label[normalize-space(.)={name}]/@for or ancestor::label[starts-with(normalize-space(.), {name})]"
    )
}

/// Quotes a string. XPath 1.0 has no escapes, so this uses the kind of quote that the text does not contain.
fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') { '"' } else { '\'' };
    assert!(!text.contains(quote), "both kinds of quotes in {text}");
    format!("{quote}{text}{quote}")
}
