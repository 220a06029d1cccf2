//! Scripts that complete the command line in a shell.

use clap::Command;
use clap_complete::Shell;

/// Returns the script with which `shell` completes the subcommands and flags of `command`.
#[must_use]
pub fn completions(mut command: Command, shell: Shell) -> String {
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, name, &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

#[cfg(test)]
mod tests {
    use clap::Arg;

    use super::*;

    #[test]
    fn scripts_have_the_program_and_its_flags() {
        let command = Command::new("app").arg(Arg::new("listen").long("listen"));
        for shell in [
            Shell::Bash,
            Shell::Elvish,
            Shell::Fish,
            Shell::PowerShell,
            Shell::Zsh,
        ] {
            let script = completions(command.clone(), shell);
            assert!(
                script.contains("app") && script.contains("listen"),
                "{shell}"
            );
        }
    }
}
