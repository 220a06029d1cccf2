//! The command line of the program.

use std::ffi::OsString;

use clap::{Command, FromArgMatches as _, Subcommand};
use cli_settings::{Shell, Sources, completions};

use crate::config::Config;

/// Without a subcommand, the server runs until Ctrl-C or SIGTERM.
#[derive(Debug, Subcommand)]
enum Task {
    /// Prints completions for a shell
    Completions {
        /// Shell that the completions are for
        shell: Shell,
    },
}

/// What the program is to do.
#[derive(Debug)]
pub enum Cli {
    /// Run a server.
    Run(Box<Config>),
    /// Print a text.
    Print(String),
}

impl Cli {
    /// Reads the command line, which begins with the name of the program, and environment variables.
    ///
    /// # Errors
    /// Returns `clap`'s error for an invalid argument or value, and for `--help` and `--version`.
    pub fn read(
        args: impl IntoIterator<Item = OsString>,
        env: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, clap::Error> {
        let args: Vec<OsString> = args.into_iter().collect();
        // Without the environment, so completions do not depend on it.
        let matches = cli_settings::read(command(), &args, &Sources::from_env(&|_| None))?;
        if matches.subcommand().is_some() {
            let Task::Completions { shell } = Task::from_arg_matches(&matches)?;
            return Ok(Self::Print(completions(command(), shell)));
        }
        Ok(Self::Run(Box::new(Config::read(args, env)?)))
    }
}

fn command() -> Command {
    Task::augment_subcommands(Config::settings()).subcommand_required(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(args: &[&str], variable: &str) -> Result<Cli, clap::Error> {
        let args = ["cruddur-backend"].iter().chain(args).map(OsString::from);
        Cli::read(args, |name| {
            (name == "CRUDDUR_API_LISTEN").then(|| variable.to_owned())
        })
    }

    #[test]
    fn server_runs_without_a_subcommand() {
        match read(&["--demo-data", "off"], "127.0.0.1:1").unwrap() {
            Cli::Run(config) => {
                assert_eq!(config.listen.to_string(), "127.0.0.1:1");
                assert!(!config.demo_data);
            }
            Cli::Print(text) => panic!("{text}"),
        }
    }

    #[test]
    fn completions_need_no_valid_environment() {
        match read(&["completions", "bash"], "nowhere").unwrap() {
            Cli::Print(script) => assert!(script.contains("--database-url"), "{script}"),
            Cli::Run(config) => panic!("{config:?}"),
        }
        read(&[], "nowhere").unwrap_err();
        read(&["completions", "cmd"], "127.0.0.1:1").unwrap_err();
    }

    #[test]
    fn command_is_valid() {
        command().debug_assert();
    }
}
