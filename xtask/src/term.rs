//! Colors for terminals.
//!
//! The usual variables apply: `NO_COLOR` takes precedence, then `CLICOLOR_FORCE` and `FORCE_COLOR`, then `CLICOLOR=0`
//! and `TERM=dumb`. Otherwise a terminal has colors and a pipe has none.

use std::ffi::OsString;
use std::io::IsTerminal as _;
use std::sync::LazyLock;

static STDOUT: LazyLock<bool> = LazyLock::new(|| {
    wants_color(
        |name| std::env::var_os(name),
        std::io::stdout().is_terminal(),
    )
});

static STDERR: LazyLock<bool> = LazyLock::new(|| {
    wants_color(
        |name| std::env::var_os(name),
        std::io::stderr().is_terminal(),
    )
});

fn wants_color(variable: impl Fn(&str) -> Option<OsString>, is_terminal: bool) -> bool {
    // All of these conventions treat an empty variable as unset.
    let value = |name| variable(name).filter(|value| !value.is_empty());
    let is_on = |name| value(name).map(|value| value != "0" && value != "false");
    if value("NO_COLOR").is_some() {
        return false;
    }
    match (is_on("CLICOLOR_FORCE"), is_on("FORCE_COLOR")) {
        (Some(true), _) | (_, Some(true)) => return true,
        (_, Some(false)) => return false,
        (Some(false) | None, None) => {}
    }
    let is_dumb = value("TERM").is_some_and(|term| term == "dumb");
    is_terminal && !is_dumb && is_on("CLICOLOR") != Some(false)
}

/// Returns the prefix of an error on standard error.
pub(crate) fn error_label() -> String {
    paint(*STDERR, "1;31", "error:")
}

pub(crate) fn red(text: &str) -> String {
    paint(*STDOUT, "1;31", text)
}

pub(crate) fn green(text: &str) -> String {
    paint(*STDOUT, "32", text)
}

pub(crate) fn bold(text: &str) -> String {
    paint(*STDOUT, "1", text)
}

pub(crate) fn dim(text: &str) -> String {
    paint(*STDOUT, "2", text)
}

/// Colors a label. The color depends on the text only.
pub(crate) fn label(text: &str) -> String {
    let hues = ["36", "35", "33", "34", "32"];
    let sum: usize = text.bytes().map(usize::from).sum();
    paint(*STDOUT, hues[sum % hues.len()], text)
}

fn paint(has_color: bool, code: &str, text: &str) -> String {
    if has_color {
        format!("\x1b[{code}m{text}\x1b[0m")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(variables: &[(&str, &str)], terminal: bool, expected: bool) {
        let variable = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| OsString::from(value))
        };
        assert_eq!(wants_color(variable, terminal), expected, "{variables:?}");
    }

    #[test]
    fn color_follows_the_usual_variables() {
        check(&[], true, true);
        check(&[], false, false);
        check(&[("NO_COLOR", "1")], true, false);
        check(&[("NO_COLOR", "0")], true, false);
        check(&[("NO_COLOR", "")], true, true);
        check(&[("NO_COLOR", "1"), ("FORCE_COLOR", "1")], true, false);
        check(&[("FORCE_COLOR", "1")], false, true);
        check(&[("FORCE_COLOR", "0")], true, false);
        check(&[("CLICOLOR_FORCE", "1")], false, true);
        check(&[("CLICOLOR_FORCE", "0")], true, true);
        check(&[("CLICOLOR", "0")], true, false);
        check(&[("CLICOLOR", "1")], false, false);
        check(&[("TERM", "dumb")], true, false);
        check(&[("TERM", "dumb"), ("CLICOLOR_FORCE", "1")], true, true);
    }
}
