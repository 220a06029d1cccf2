//! The commands: what each is called with, what it says about itself, and what it runs.

use anyhow::{Result, bail};

use crate::build::Profile;
use crate::{dev, lint, measure, process, setup, size, test, wasm};

/// One command. `--help` after it prints its `usage` and `about`.
struct Command {
    /// The words that select it.
    name: &'static str,
    /// What may follow them.
    arguments: &'static str,
    /// One line for the list of all commands.
    summary: &'static str,
    /// What else there is to know.
    about: &'static str,
    run: fn(&[&str]) -> Result<()>,
}

const COMMANDS: [Command; 10] = [
    Command {
        name: "setup",
        arguments: "",
        summary: "install the tools that are missing",
        about: "The other commands do so as well, each for what it needs. Tools go to ~/.cache/cruddur, or to the\n\
                folder that CRUDDUR_TOOLS names.",
        run: |arguments| {
            nothing_after("setup", arguments).and_then(|()| setup::everything().map(drop))
        },
    },
    Command {
        name: "dev",
        arguments: "[--release]",
        summary: "start gateway, back end and page; Ctrl-C ends all of them",
        about: "  --release   serve an optimized page; the servers are always built for debugging\n\n\
                Ports: CRUDDUR_PAGE_PORT (8080), CRUDDUR_API_PORT (4567), CRUDDUR_GATEWAY_PORT (4318).\n\
                Until `ready:`, lines of compilers and servers go to target/logs; then the servers' are shown.",
        run: |arguments| match arguments {
            [] => dev::run(Profile::Debug),
            ["--release"] => dev::run(Profile::Release),
            _ => unexpected("dev", arguments),
        },
    },
    Command {
        name: "test",
        arguments: "[PART...]",
        summary: "run the tests, all or in parts",
        about: "  unit        native tests of all crates\n  \
                wasm        the browser SDK and the viewer's components in headless Chromium\n  \
                causality   fifty interleaved actions, each span in its trace\n  \
                journeys    a person's clicks over the real stack\n  \
                dev         the development stack starts and ends as one\n  \
                firefox     the browser SDK in headless Firefox; runs only when it is named\n  \
                exporters   other people's exporters with the gateway; runs only when it is named\n\n\
                CHROME and CHROMEDRIVER name another browser than the one on PATH, FIREFOX and GECKODRIVER likewise.",
        run: test::run,
    },
    Command {
        name: "lint",
        arguments: "",
        summary: "check formatting and clippy, for the host and for wasm",
        about: "",
        run: |arguments| nothing_after("lint", arguments).and_then(|()| lint::run()),
    },
    Command {
        name: "size",
        arguments: "",
        summary: "weigh what telemetry adds to a page, beside other SDKs",
        about: "",
        run: |arguments| nothing_after("size", arguments).and_then(|()| size::run()),
    },
    Command {
        name: "bench",
        arguments: "gateway | sdk [--runs N] [--only SDK] | gateway-load | backend [--seconds N] [--other PATH]...",
        summary: "measure the gateway, the SDK or the back end beside others",
        about: "  gateway        what the gateway takes and keeps for how much, beside rotel and otelite;\n                 \
                ROTEL_BIN and OTELITE_BIN name other versions of them\n  \
                gateway-load   how long a steady sender waits, alone and among hostile clients\n  \
                sdk            time and bytes of a span, time of the start, beside other SDKs\n  \
                backend        how long visitors wait, alone and among hostile clients\n\n\
                PATH is another build of the gateway or the back end, measured in the same run.",
        run: |arguments| match arguments {
            ["backend", options @ ..] => measure::backend(options),
            ["gateway"] => measure::gateway(),
            ["gateway-load", options @ ..] => measure::gateway_load(options),
            ["sdk", options @ ..] => measure::sdk(options),
            _ => unexpected("bench", arguments),
        },
    },
    Command {
        name: "delivery",
        arguments: "[--runs N] [--sdk SDK] [--only PART-OF-A-CASE]",
        summary: "what arrives when pages are left and receivers are down",
        about: "",
        run: measure::delivery,
    },
    Command {
        name: "causality",
        arguments: "",
        summary: "which traces the spans of interleaved actions are in",
        about: "",
        run: |arguments| nothing_after("causality", arguments).and_then(|()| measure::causality()),
    },
    Command {
        name: "soak",
        arguments: "[--actions N]",
        summary: "what a page holds after an hour of clicking",
        about: "",
        run: measure::soak,
    },
    Command {
        name: "env",
        arguments: "",
        summary: "print the variables for building the page by hand",
        about: "eval \"$(cargo xtask env)\" && trunk serve",
        run: |arguments| nothing_after("env", arguments).and_then(|()| wasm::print_environment()),
    },
];

/// Runs the command that `arguments` name, or prints its help.
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    let (asked, rest) = match arguments {
        [] | ["--help" | "-h" | "help"] => {
            process::say(&overview());
            return Ok(());
        }
        ["help", name, ..] => (*name, &["--help"][..]),
        [name, rest @ ..] => (*name, rest),
    };
    let Some(command) = COMMANDS.iter().find(|command| command.name == asked) else {
        bail!("`{asked}` is not a command\n\n{}", overview());
    };
    if rest
        .iter()
        .any(|argument| ["--help", "-h"].contains(argument))
    {
        process::say(&help(command));
        return Ok(());
    }
    (command.run)(rest)
}

fn nothing_after(name: &str, arguments: &[&str]) -> Result<()> {
    if arguments.is_empty() {
        Ok(())
    } else {
        unexpected(name, arguments)
    }
}

fn unexpected(name: &str, arguments: &[&str]) -> Result<()> {
    let given = arguments.join(" ");
    let help = COMMANDS
        .iter()
        .find(|command| command.name == name)
        .map(help);
    let help = help.unwrap_or_default();
    if given.is_empty() {
        bail!("`{name}` needs an argument\n\n{help}");
    }
    bail!("`{name}` does not take `{given}`\n\n{help}")
}

fn usage(command: &Command) -> String {
    format!("cargo xtask {} {}", command.name, command.arguments)
        .trim_end()
        .to_owned()
}

fn help(command: &Command) -> String {
    let Command { summary, about, .. } = command;
    let mut text = format!("Usage: {}\n\n{summary}", usage(command));
    if !about.is_empty() {
        text = format!("{text}\n\n{about}");
    }
    text
}

fn overview() -> String {
    let lines = COMMANDS
        .iter()
        .map(|command| format!("  {:<11} {}\n", command.name, command.summary));
    format!(
        "Usage: cargo xtask <command>\n\n{}\n`cargo xtask <command> --help` has the arguments of a command.",
        lines.collect::<String>()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_command_has_help_that_says_how_it_is_called() {
        for command in &COMMANDS {
            let text = help(command);
            assert!(
                text.starts_with(&format!("Usage: cargo xtask {}", command.name)),
                "{text}"
            );
            assert!(text.contains(command.summary), "{text}");
            assert!(overview().contains(command.summary));
            assert!(run(&[command.name, "--help"]).is_ok());
            assert!(run(&["help", command.name]).is_ok());
        }
    }

    #[test]
    fn what_a_command_does_not_take_is_named_with_what_it_does() {
        for (arguments, error, usage) in [
            (
                &["dev", "--relase"][..],
                "`dev` does not take `--relase`",
                "dev [--release]",
            ),
            (
                &["bench"],
                "`bench` needs an argument",
                "bench gateway | sdk",
            ),
            (
                &["setup", "now"],
                "`setup` does not take `now`",
                "cargo xtask setup",
            ),
            (&["serve"], "`serve` is not a command", "dev "),
        ] {
            let text = run(arguments).unwrap_err().to_string();
            assert!(text.starts_with(error) && text.contains(usage), "{text}");
        }
    }
}
