//! Variables without a flag.

/// An environment variable without a flag: a secret, or a variable that a library reads itself.
///
/// A secret must not be a flag, because every user of the machine can read command lines.
#[derive(Clone, Copy, Debug)]
pub struct EnvOnly {
    /// The name of the variable.
    pub name: &'static str,
    /// What it sets.
    pub help: &'static str,
}

/// Returns a section for [`Command::after_help`](clap::Command::after_help) with the variables.
#[must_use]
pub fn env_only_help(variables: &[EnvOnly]) -> String {
    // `clap` continues a long line with the indentation of its beginning.
    let lines = variables
        .iter()
        .map(|EnvOnly { name, help }| format!("\n  {name}\n          {help}"));
    format!(
        "Environment variables without a flag:{}",
        lines.collect::<String>()
    )
}
