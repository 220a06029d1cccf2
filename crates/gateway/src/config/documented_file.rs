//! The documented TOML file: each setting with its description and default, commented out.

use std::{any::TypeId, fmt::Write};

use clap::{Arg, Command};

use super::{file, settings::SECRETS};

/// The width of comment lines.
const WIDTH: usize = 100;

/// Renders the file from the arguments of `command`. Keys without a table come first, as in TOML.
pub(super) fn render(command: &Command) -> String {
    let mut text = String::from(
        "# Settings of otel-web-gateway. Flags and environment variables override this file.\n\
         # Secrets are not allowed in it. They are in the environment, or in files that it names:\n",
    );
    // Writing to a `String` does not fail.
    for secret in SECRETS {
        let comment = format!(
            "{name} or {name}_FILE: {help}",
            name = secret.name,
            help = secret.help
        );
        wrap(&mut text, "#   ", &comment);
    }
    let mut table = "";
    for argument in file::settings(command) {
        let id = argument.get_id().as_str();
        let (own, key) = id.split_once('.').unwrap_or(("", id));
        if own != table {
            let _ = write!(text, "\n[{own}]");
            table = own;
        }
        text.push('\n');
        let help = argument.get_help().map(ToString::to_string);
        wrap(&mut text, "# ", &format!("{}.", help.unwrap_or_default()));
        let (flag, variable) = (argument.get_long(), argument.get_env());
        let variable = variable.map(|name| name.display().to_string());
        let (flag, variable) = (flag.unwrap_or_default(), variable.unwrap_or_default());
        let _ = writeln!(text, "# --{flag}, {variable}");
        let _ = writeln!(text, "# {key} = {}", default_value(argument));
    }
    text
}

/// Returns the default as TOML: an array, a number or a string.
fn default_value(argument: &Arg) -> String {
    let defaults = argument.get_default_values().iter();
    let mut quoted = defaults
        .clone()
        .map(|value| format!("\"{}\"", value.display()));
    if argument.get_value_delimiter().is_some() {
        return format!("[{}]", quoted.collect::<Vec<_>>().join(", "));
    }
    if is_number(argument) {
        return defaults.map(|value| value.display().to_string()).collect();
    }
    quoted.next_back().unwrap_or_else(|| "\"\"".to_owned())
}

fn is_number(argument: &Arg) -> bool {
    let parsed = argument.get_value_parser().type_id();
    let numbers = [
        TypeId::of::<u32>(),
        TypeId::of::<u64>(),
        TypeId::of::<usize>(),
    ];
    numbers.iter().any(|number| parsed == *number)
}

/// Appends a comment, wrapped at blanks.
fn wrap(text: &mut String, prefix: &str, comment: &str) {
    let mut line = prefix.to_owned();
    for word in comment.split_whitespace() {
        let is_first = line.len() == prefix.len();
        if !is_first && line.len() + 1 + word.len() > WIDTH {
            text.push_str(&line);
            text.push('\n');
            prefix.clone_into(&mut line);
        }
        if line.len() > prefix.len() {
            line.push(' ');
        }
        line.push_str(word);
    }
    text.push_str(&line);
    text.push('\n');
}
