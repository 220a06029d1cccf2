//! The command line of the program.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use clap::{
    CommandFactory, FromArgMatches, Parser, Subcommand,
    error::{ContextKind, ContextValue, ErrorKind},
};
use cli_settings::{Shell, Sources, completions};
use logging::error_chain;

use crate::{
    config::{Config, ConfigError},
    symbols::SymbolsCommand,
};

/// The settings file that is read if no other is named and it exists.
const DEFAULT_FILE: &str = "otel-web-gateway.toml";

const EXAMPLES: &str = "\
Examples:

  # Show the traces of this machine
  otel-web-gateway --open

  # Store traces of this machine in /tmp
  otel-web-gateway --db /tmp/traces.db

  # Test the key, then forward to Honeycomb in Europe
  export HONEYCOMB_API_KEY_FILE=/run/secrets/honeycomb
  export HONEYCOMB_API_ENDPOINT=https://api.eu1.honeycomb.io
  otel-web-gateway check
  otel-web-gateway

  # Write a settings file to start from
  otel-web-gateway config > otel-web-gateway.toml

  # Name the functions in the stack traces of an optimized page
  otel-web-gateway symbols dist/*_bg.wasm --out symbols
  otel-web-gateway --symbols-dir symbols

  # Export from a program
  OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 my-service

  # Health check, with the number of waiting spans
  curl -s http://127.0.0.1:4318/healthz";

/// Accepts OTLP, shows traces live, and forwards them to vendors.
///
/// Send spans to /v1/traces (protobuf or JSON, optionally compressed) and open the logged address in a
/// browser. Settings are read from flags, then the environment, then a TOML file.
#[derive(Debug, Parser)]
#[command(name = "otel-web-gateway", version, about, long_about)]
struct Arguments {
    /// TOML file with settings. By default otel-web-gateway.toml in the current folder, if it exists
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Opens the viewer in a browser
    #[arg(long)]
    open: bool,

    #[command(subcommand)]
    task: Option<Task>,
}

/// Without a subcommand, the gateway runs until Ctrl-C or SIGTERM.
#[derive(Debug, Subcommand)]
enum Task {
    /// Tests addresses, the store, and the key of each sink, without sending a span
    Check,
    /// Prints a documented TOML file with all settings, for --config
    Config,
    /// Moves the function names of optimized pages from their modules into symbol files, for --symbols-dir
    Symbols {
        /// Module with names, after all optimizations. It is replaced: it gets a build id and loses its names
        #[arg(required = true, value_name = "MODULE.wasm")]
        modules: Vec<PathBuf>,
        /// Folder for symbol files. It must not be below a folder that is served
        #[arg(long, value_name = "FOLDER")]
        out: PathBuf,
    },
    /// Reads a stack trace from standard input, and prints it with function names
    Symbolicate {
        /// Symbol file of the build
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Prints completions for a shell
    Completions {
        /// Shell that the completions are for
        shell: Shell,
    },
}

/// What the program is to do.
#[derive(Debug)]
pub enum Cli {
    /// Run a gateway.
    Run {
        /// Its configuration.
        config: Box<Config>,
        /// The settings file, if one was read.
        file: Option<PathBuf>,
        /// Whether to open the viewer in a browser.
        open: bool,
    },
    /// Test whether a gateway would work.
    Check {
        /// Its configuration.
        config: Box<Config>,
    },
    /// Print a text.
    Print(String),
    /// Work with symbol files.
    Symbols(SymbolsCommand),
}

/// A command line or a configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CliError {
    /// An argument or the value of a setting is invalid, or help was requested.
    #[error("{0}")]
    Arguments(clap::Error),
    /// The settings file or a secret is invalid.
    #[error(transparent)]
    Config(#[from] ConfigError),
}

impl Cli {
    /// Reads the command line and the settings of this process.
    ///
    /// # Errors
    /// When an argument or a setting is invalid, and for `--help` and `--version`.
    pub fn parse() -> Result<Self, CliError> {
        let env = |name: &str| std::env::var(name).ok();
        Self::parse_from(std::env::args_os(), &env)
    }

    fn parse_from(
        args: impl IntoIterator<Item = OsString>,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, CliError> {
        let args: Vec<OsString> = args.into_iter().collect();
        let arguments = read(&args, &Sources::from_env(&|_| None))?;
        let arguments = Arguments::from_arg_matches(&arguments).map_err(CliError::Arguments)?;
        match arguments.task {
            Some(Task::Config) => return Ok(Self::Print(Config::documented_file(&command()))),
            Some(Task::Completions { shell }) => {
                return Ok(Self::Print(completions(command(), shell)));
            }
            Some(Task::Symbols { modules, out }) => {
                return Ok(Self::Symbols(SymbolsCommand::Separate { modules, out }));
            }
            Some(Task::Symbolicate { files }) => {
                return Ok(Self::Symbols(SymbolsCommand::Resolve { files }));
            }
            Some(Task::Check) | None => {}
        }
        let file = arguments.config.or_else(default_file);
        let settings = match &file {
            Some(path) => Config::read_file(path, &command())?,
            None => Default::default(),
        };
        let sources = Sources {
            env,
            file: &settings,
        };
        let config = Box::new(Config::from_matches(&read(&args, &sources)?, env)?);
        Ok(match arguments.task {
            Some(_) => Self::Check { config },
            None => Self::Run {
                config,
                file,
                open: arguments.open,
            },
        })
    }
}

impl CliError {
    /// Prints the error to standard error, or requested help to standard output.
    pub fn print(&self) {
        match self {
            // Fails if the stream is closed, which leaves nowhere to report it.
            Self::Arguments(error) => drop(error.print()),
            Self::Config(error) => eprintln!("error: {}", error_chain(error)),
        }
    }

    /// Returns 0 for requested help, and 2 for errors.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Arguments(error) => u8::try_from(error.exit_code()).unwrap_or(2),
            Self::Config(_) => 2,
        }
    }
}

/// Returns the command with an argument for each setting. They are accepted before and after
/// subcommands.
fn command() -> clap::Command {
    let secrets: Vec<_> = Config::secrets().to_vec();
    let after_help = format!(
        "{}\n\nEach of them may also be in a file, whose path is in NAME_FILE.\n\n{EXAMPLES}",
        cli_settings::env_only_help(&secrets)
    );
    Config::augment_command(Arguments::command())
        .mut_args(|argument| argument.global(true))
        .after_help(after_help)
}

fn read(args: &[OsString], sources: &Sources<'_>) -> Result<clap::ArgMatches, CliError> {
    let matches = cli_settings::read(command(), args, sources);
    matches.map_err(|error| CliError::Arguments(redacted(error)))
}

/// Replaces an error that would quote an unknown argument with digits or a value, which may be a key.
fn redacted(error: clap::Error) -> clap::Error {
    let unknown = match error.kind() {
        ErrorKind::UnknownArgument => error.get(ContextKind::InvalidArg),
        ErrorKind::InvalidSubcommand => error.get(ContextKind::InvalidSubcommand),
        _ => None,
    };
    let Some(ContextValue::String(argument)) = unknown else {
        return error;
    };
    let may_be_key = |char: char| char.is_ascii_digit() || char == '=';
    if !argument.contains(may_be_key) {
        return error;
    }
    let message = "unknown argument; set keys in the environment";
    command().error(ErrorKind::UnknownArgument, message)
}

fn default_file() -> Option<PathBuf> {
    let file = Path::new(DEFAULT_FILE);
    file.is_file().then(|| file.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &str) -> Result<Cli, CliError> {
        let args = ["otel-web-gateway"]
            .into_iter()
            .chain(args.split_whitespace());
        Cli::parse_from(args.map(OsString::from), &|_| None)
    }

    fn error(args: &str) -> String {
        let error = parse(args).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{args}");
        error.to_string()
    }

    #[test]
    fn flags_are_accepted_before_and_after_a_subcommand() {
        for args in ["check --keep-mb 7", "--keep-mb 7 check"] {
            match parse(args) {
                Ok(Cli::Check { config }) => assert_eq!(config.retention.bytes, 7 << 20),
                other => panic!("{args}: {other:?}"),
            }
        }
        let run = |open| matches!(parse(if open { "--open" } else { "" }), Ok(Cli::Run { file: None, open: found, .. }) if found == open);
        assert!(run(false) && run(true));
    }

    #[test]
    fn invalid_arguments_are_usage_errors() {
        assert!(error("--port 1").contains("'--port'"));
        assert!(error("check config").contains("'config'"));
        assert!(error("--config").contains("--config <FILE>"));
        assert!(error("--config a --config b").contains("multiple times"));
        assert!(error("--config /missing.toml").contains("/missing.toml"));
    }

    #[test]
    fn unknown_argument_that_may_be_a_key_is_not_repeated() {
        for args in [
            "hcaik_123",
            "--key=hcaik_123",
            "KEY=secret",
            "check hcaik_123",
        ] {
            let error = error(args);
            assert!(
                !error.contains("123") && !error.contains("secret"),
                "{error}"
            );
            assert!(error.contains("--help"), "{error}");
        }
    }

    #[test]
    fn command_is_valid() {
        command().debug_assert();
    }

    #[test]
    fn documentation_has_all_settings() {
        let table = cli_settings::markdown_table(
            &command(),
            Config::secrets(),
            cli_settings::Columns::WithFile,
        );
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let file = folder.join("../../docs/configuration.md");
        let run = "cargo test -p otel-web-gateway --lib documentation_has_all_settings";
        cli_settings::check_region(&file, "gateway", &table, run)
            .unwrap_or_else(|error| panic!("{}", error_chain(&error)));
    }
}
