//! Elements as a person, or a screen reader, names them: by role and accessible name, never by class.

/// Where to look, as XPath. The innermost, first visible match is meant.
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

/// A link whose text has this in it.
pub(crate) fn link_with(text: &str) -> Element {
    Element(format!("//a[@href][contains(., {})]", quoted(text)))
}

/// A field to type into, by its placeholder or label.
pub(crate) fn textbox(name: &str) -> Element {
    Element(format!(
        "//*[self::textarea or self::input][@placeholder={} or {}]",
        quoted(name),
        labelled(name)
    ))
}

pub(crate) fn combobox(name: &str) -> Element {
    Element(format!("//select[{}]", labelled(name)))
}

/// The form of the page itself.
pub(crate) fn form() -> Element {
    Element("//main//form".to_owned())
}

pub(crate) fn dialog() -> Element {
    Element("//*[self::dialog[@open] or @role='dialog']".to_owned())
}

/// The crud that says this; of nested ones the innermost.
pub(crate) fn crud(message: &str) -> Element {
    Element(format!("//article[{}]", says(message)))
}

impl Element {
    pub(crate) fn within(&self, scope: &Self) -> Self {
        Self(format!("{}{}", scope.0, self.0))
    }

    /// A control of the crud that says this, not of a reply below it.
    pub(crate) fn of_crud(&self, message: &str) -> Self {
        Self(format!(
            "{}[ancestor::article[1][{}]]",
            self.0,
            says(message)
        ))
    }
}

fn says(message: &str) -> String {
    let says = format!("contains(normalize-space(.), {})", quoted(message));
    format!("{says} and not(.//article[{says}])")
}

fn named(name: &str) -> String {
    let name = quoted(name);
    format!("@aria-label={name} or (not(@aria-label) and normalize-space(.)={name})")
}

fn labelled(name: &str) -> String {
    let name = quoted(name);
    format!(
        "@aria-label={name} or @id=//label[normalize-space(.)={name}]/@for or ancestor::label[starts-with(normalize-space(.), {name})]"
    )
}

/// XPath 1.0 has no escapes: the quotes are the ones the text does not use.
fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') { '"' } else { '\'' };
    assert!(!text.contains(quote), "both kinds of quotes in {text}");
    format!("{quote}{text}{quote}")
}
