//! The settings as a Markdown table.

use clap::{Arg, Command};

use crate::EnvOnly;

/// The columns of a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Columns {
    /// Flag, variable, default, what it sets.
    #[default]
    WithoutFile,
    /// The same, with the key in the configuration file: the id of the argument.
    WithFile,
}

/// Renders the settings of a command: one row for each argument with a long flag, in order, then
/// one for each variable without a flag.
///
/// Hidden arguments, `--help` and `--version` are omitted.
#[must_use]
pub fn markdown_table(command: &Command, env_only: &[EnvOnly], columns: Columns) -> String {
    let mut table = columns.row([
        "flag",
        "variable",
        "key in the file",
        "default",
        "what it sets",
    ]);
    table += &columns.row(["---"; 5]);
    let settings = command.get_arguments().filter(|arg| is_setting(arg));
    for arg in settings {
        table += &row(arg, columns);
    }
    for EnvOnly { name, help } in env_only {
        let name = code(name);
        table += &columns.row(["none", &name, "none", "none", &escape(help)]);
    }
    table
}

impl Columns {
    fn row(self, [flag, variable, key, default, help]: [&str; 5]) -> String {
        match self {
            Self::WithoutFile => format!("| {flag} | {variable} | {default} | {help} |\n"),
            Self::WithFile => format!("| {flag} | {variable} | {key} | {default} | {help} |\n"),
        }
    }
}

fn is_setting(arg: &Arg) -> bool {
    let is_builtin = ["help", "version"].contains(&arg.get_id().as_str());
    !is_builtin && !arg.is_hide_set() && arg.get_long().is_some()
}

fn row(arg: &Arg, columns: Columns) -> String {
    let flag = arg.get_long().map(|long| code(&format!("--{long}")));
    let variable = arg.get_env().map(|name| code(&name.display().to_string()));
    let key = arg.get_env().map(|_| code(arg.get_id().as_str()));
    let defaults: Vec<String> = arg
        .get_default_values()
        .iter()
        .filter(|value| !value.is_empty())
        .map(|value| code(&value.display().to_string()))
        .collect();
    let default = (!defaults.is_empty()).then(|| defaults.join(", "));
    let none = || "none".to_owned();
    columns.row([
        &flag.unwrap_or_else(none),
        &variable.unwrap_or_else(none),
        &key.unwrap_or_else(none),
        &default.unwrap_or_else(none),
        &description(arg),
    ])
}

/// The help text, with the values that are possible.
fn description(arg: &Arg) -> String {
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let help = escape(&help);
    if !arg.get_action().takes_values() || arg.is_hide_possible_values_set() {
        return help;
    }
    let values: Vec<String> = arg
        .get_possible_values()
        .iter()
        .filter(|value| !value.is_hide_set())
        .map(|value| code(value.get_name()))
        .collect();
    if values.is_empty() {
        return help;
    }
    format!("{help} ({})", values.join(", "))
}

fn code(text: &str) -> String {
    format!("`{}`", escape(text))
}

/// A bar would end the cell, and a line break the row.
fn escape(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::*;

    /// Serves.
    #[derive(Debug, Parser)]
    #[allow(dead_code, reason = "only the command is used")]
    struct Settings {
        /// Port to listen on
        #[arg(id = "net.port", long = "port", env = "APP_PORT", default_value_t = 1)]
        port: u16,
        /// Log format
        #[arg(long, value_parser = ["text", "json"])]
        format: Option<String>,
        #[arg(long, hide = true)]
        internal: bool,
    }

    const ENV_ONLY: [EnvOnly; 1] = [EnvOnly {
        name: "APP_KEY",
        help: "API key, a|b",
    }];

    #[test]
    fn table_has_a_row_for_each_setting_and_variable() {
        let table = markdown_table(&Settings::command(), &ENV_ONLY, Columns::WithoutFile);
        assert_eq!(
            table,
            "| flag | variable | default | what it sets |\n\
             | --- | --- | --- | --- |\n\
             | `--port` | `APP_PORT` | `1` | Port to listen on |\n\
             | `--format` | none | none | Log format (`text`, `json`) |\n\
             | none | `APP_KEY` | none | API key, a\\|b |\n"
        );
    }

    #[test]
    fn table_with_file_shows_the_keys() {
        let table = markdown_table(&Settings::command(), &ENV_ONLY, Columns::WithFile);
        assert!(
            table.contains("| `--port` | `APP_PORT` | `net.port` | `1` |"),
            "{table}"
        );
    }
}
