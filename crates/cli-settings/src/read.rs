//! Reads the settings of a command.

use std::ffi::OsString;

use clap::{
    Arg, ArgMatches, Command,
    error::{ContextKind, ContextValue, Error},
    parser::ValueSource,
};

use crate::Sources;

/// A value that is not on the command line, and the name of its variable or file key.
struct Supplied {
    flag: String,
    value: String,
    source: String,
}

/// Reads the settings of `command` from `args`, then the environment, then the file, then the
/// defaults.
///
/// `args` begins with the name of the program, like [`std::env::args_os`]. The environment is read
/// by [`Sources::env`] only, not from the process. A value reaches an argument if the argument has
/// a long flag and takes a value.
///
/// # Errors
/// Returns `clap`'s error for an invalid argument or value, and for `--help` and `--version`;
/// [`Error::exit`] prints it. An error about a value that is not on the command line names its
/// variable or file key.
pub fn read<I, T>(command: Command, args: I, sources: &Sources<'_>) -> Result<ArgMatches, Error>
where
    I: IntoIterator<Item = T>,
    T: Into<OsString>,
{
    let mut args: Vec<OsString> = args.into_iter().map(Into::into).collect();
    let supplied = supplied_values(&command, sources);
    let mut command = command.mut_args(show_variable);
    // The first pass reports errors of the command line itself, and finds the flags that are set.
    let from_args = command
        .clone()
        .mut_args(|arg| arg.required(false))
        .try_get_matches_from_mut(&args)?;
    let missing: Vec<&Supplied> = supplied
        .iter()
        .filter(|(id, _)| from_args.value_source(id) != Some(ValueSource::CommandLine))
        .map(|(_, supplied)| supplied)
        .collect();
    let flags = missing
        .iter()
        .map(|it| format!("--{}={}", it.flag, it.value).into());
    // After the name of the program, before any subcommand.
    let at = args.len().min(1);
    args.splice(at..at, flags);
    command
        .try_get_matches_from_mut(&args)
        .map_err(|error| name_source(error, &missing))
}

fn supplied_values(command: &Command, sources: &Sources<'_>) -> Vec<(String, Supplied)> {
    command
        .get_arguments()
        .filter_map(|arg| Some((arg.get_id().to_string(), supplied_value(arg, sources)?)))
        .collect()
}

fn supplied_value(arg: &Arg, sources: &Sources<'_>) -> Option<Supplied> {
    let flag = arg.get_long()?.to_owned();
    let id = arg.get_id().as_str();
    let variable = arg.get_env().and_then(|name| name.to_str());
    let from_env = variable.and_then(|name| Some((name, sources.variable(name)?)));
    let (source, value) = from_env.or_else(|| Some((id, sources.file_value(id)?)))?;
    Some(Supplied {
        flag,
        value,
        source: source.to_owned(),
    })
}

/// Moves the variable's name into the help text, so that `clap` does not read it itself.
fn show_variable(arg: Arg) -> Arg {
    let Some(variable) = arg.get_env().map(|name| name.display().to_string()) else {
        return arg;
    };
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let separator = if help.is_empty() { "" } else { " " };
    arg.env(None::<&'static str>)
        .help(format!("{help}{separator}[env: {variable}]"))
}

fn name_source(mut error: Error, supplied: &[&Supplied]) -> Error {
    let source = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(arg)) => {
            let flag = arg.split([' ', '=']).next().unwrap_or_default();
            supplied
                .iter()
                .find(|it| flag.strip_prefix("--") == Some(&it.flag))
        }
        _ => None,
    };
    if let Some(source) = source {
        let tip = format!("the value comes from {}", source.source);
        let tips = ContextValue::StyledStrs(vec![tip.into()]);
        error.insert(ContextKind::Suggested, tips);
    }
    error
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use clap::{Parser, error::ErrorKind};

    use super::*;

    /// Serves.
    #[derive(Debug, Parser)]
    #[command(name = "app")]
    struct Settings {
        /// Port to listen on
        #[arg(id = "net.port", long = "port", env = "APP_PORT", default_value_t = 1)]
        port: u16,
        /// Names, comma-separated
        #[arg(long, env = "APP_NAMES", value_delimiter = ',')]
        names: Vec<String>,
    }

    fn read_from(
        args: &[&str],
        env: &[(&str, &str)],
        file: &[(&str, &str)],
    ) -> Result<Settings, Error> {
        let env: BTreeMap<&str, &str> = env.iter().copied().collect();
        let file = file
            .iter()
            .map(|(id, value)| ((*id).to_owned(), (*value).to_owned()))
            .collect();
        let sources = Sources {
            env: &|name| env.get(name).map(|value| (*value).to_owned()),
            file: &file,
        };
        let args = ["app"].iter().chain(args);
        let matches = read(
            <Settings as clap::CommandFactory>::command(),
            args,
            &sources,
        )?;
        <Settings as clap::FromArgMatches>::from_arg_matches(&matches)
    }

    #[test]
    fn flag_overrides_variable_overrides_file_overrides_default() {
        let port = |args: &[&str], env: &[(&str, &str)], file: &[(&str, &str)]| {
            read_from(args, env, file).unwrap().port
        };
        let (env, file) = (("APP_PORT", "3"), ("net.port", "2"));
        assert_eq!(port(&[], &[], &[]), 1);
        assert_eq!(port(&[], &[], &[file]), 2);
        assert_eq!(port(&[], &[env], &[file]), 3);
        assert_eq!(port(&["--port", "4"], &[env], &[file]), 4);
    }

    #[test]
    fn list_on_the_command_line_replaces_that_of_the_variable() {
        let env = [("APP_NAMES", "a,b")];
        assert_eq!(read_from(&[], &env, &[]).unwrap().names, ["a", "b"]);
        let args = ["--names", "c"];
        assert_eq!(read_from(&args, &env, &[]).unwrap().names, ["c"]);
    }

    #[test]
    fn empty_variable_counts_as_unset() {
        let settings = read_from(&[], &[("APP_PORT", " ")], &[("net.port", "")]).unwrap();
        assert_eq!(settings.port, 1);
    }

    #[test]
    fn error_names_the_source_of_the_value() {
        let error = |args: &[&str], env: &[(&str, &str)], file: &[(&str, &str)]| {
            let error = read_from(args, env, file).unwrap_err();
            assert_eq!(error.exit_code(), 2);
            error.to_string()
        };
        let from_env = error(&[], &[("APP_PORT", "x")], &[]);
        assert!(
            from_env.contains("the value comes from APP_PORT"),
            "{from_env}"
        );
        let from_file = error(&[], &[], &[("net.port", "x")]);
        assert!(
            from_file.contains("the value comes from net.port"),
            "{from_file}"
        );
        let from_args = error(&["--port", "x"], &[("APP_PORT", "y")], &[]);
        assert!(!from_args.contains("APP_PORT"), "{from_args}");
    }

    #[test]
    fn help_names_the_variable_and_not_its_value() {
        let error = read_from(&["--help"], &[("APP_PORT", "7")], &[]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::DisplayHelp);
        let help = error.to_string();
        assert!(
            help.contains("Port to listen on [env: APP_PORT] [default: 1]"),
            "{help}"
        );
    }
}
