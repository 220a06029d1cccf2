//! Colour where a person reads, plain text where a program does.

use std::io::IsTerminal as _;
use std::sync::LazyLock;

static COLOUR: LazyLock<bool> =
    LazyLock::new(|| std::env::var_os("NO_COLOR").is_none() && std::io::stdout().is_terminal());

/// Whether output goes to a terminal that shows colours.
pub(crate) fn has_colour() -> bool {
    *COLOUR
}

pub(crate) fn red(text: &str) -> String {
    paint("1;31", text)
}

pub(crate) fn green(text: &str) -> String {
    paint("32", text)
}

pub(crate) fn bold(text: &str) -> String {
    paint("1", text)
}

pub(crate) fn dim(text: &str) -> String {
    paint("2", text)
}

/// A colour of its own for each label, the same at every run.
pub(crate) fn label(text: &str) -> String {
    let hues = ["36", "35", "33", "34", "32"];
    let sum: usize = text.bytes().map(usize::from).sum();
    paint(hues[sum % hues.len()], text)
}

fn paint(code: &str, text: &str) -> String {
    if has_colour() {
        format!("\x1b[{code}m{text}\x1b[0m")
    } else {
        text.to_owned()
    }
}
