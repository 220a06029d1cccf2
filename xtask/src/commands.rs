//! The commands: their arguments, their help, and what they run.

use anyhow::{Result, bail};

use crate::build::Profile;
use crate::{dev, dist, licenses, lint, measure, package, process, setup, size, test, wasm};

/// One command. `--help` prints its usage, its summary and its details.
struct Command {
    name: &'static str,
    /// The usage of its arguments.
    arguments: &'static str,
    /// One line for the list of all commands.
    summary: &'static str,
    details: &'static str,
    run: fn(&[&str]) -> Result<()>,
}

const COMMANDS: [Command; 14] = [
    Command {
        name: "setup",
        arguments: "",
        summary: "install missing tools",
        details: "The other commands install the tools that they need, too. Tools are installed into ~/.cache/cruddur,\n\
                  or into the folder in CRUDDUR_TOOLS.",
        run: |arguments| {
            no_arguments("setup", arguments).and_then(|()| setup::everything().map(drop))
        },
    },
    Command {
        name: "dev",
        arguments: "[--release]",
        summary: "run gateway, back end and page until Ctrl-C",
        details: "  --release   serve an optimized page; the servers are always debug builds\n\n\
                  Ports: CRUDDUR_PAGE_PORT (8080), CRUDDUR_API_PORT (4567), CRUDDUR_GATEWAY_PORT (4318).\n\
                  The output of compilers and servers goes to target/logs. After `ready:`, the servers' is also printed.",
        run: |arguments| match arguments {
            [] => dev::run(Profile::Debug),
            ["--release"] => dev::run(Profile::Release),
            _ => unexpected("dev", arguments),
        },
    },
    Command {
        name: "test",
        arguments: "[PART...]",
        summary: "run all tests, or parts of them",
        details: "  unit        native tests of all crates\n  \
                  openapi     the running back end against its OpenAPI document\n  \
                  wasm        tests of the SDK and the viewer in headless Chromium\n  \
                  causality   fifty interleaved actions, each span in its trace\n  \
                  journeys    user journeys through the real stack\n  \
                  dev         start and end of the development stack\n  \
                  firefox     tests of the SDK in headless Firefox; runs only if named\n  \
                  exporters   the gateway with other exporters of OTLP and X-Ray; runs only if named\n\n\
                  CHROME and CHROMEDRIVER select another browser than the one on PATH, FIREFOX and GECKODRIVER likewise.",
        run: test::run,
    },
    Command {
        name: "lint",
        arguments: "",
        summary: "check formatting, clippy, features, documentation, spelling and dependencies",
        details: "cargo-deny is installed if it is missing. Advisories are checked if github.com can be reached.",
        run: |arguments| no_arguments("lint", arguments).and_then(|()| lint::run()),
    },
    Command {
        name: "size",
        arguments: "[PART...]",
        summary: "measure the bytes that telemetry adds to a page, or parts of this; compares SDKs",
        details: "  minimal      otel-web and its features in a page without a framework\n  \
                  frameworks   otel-web with its hooks in pages with Yew, Leptos and Dioxus\n  \
                  tracing      the crate tracing in a page with otel-web\n  \
                  peers        other SDKs\n  \
                  cruddur      otel-web in Cruddur's page",
        run: size::run,
    },
    Command {
        name: "bench",
        arguments: "gateway | sdk [--runs N] [--only SDK] | gateway-load | backend [--seconds N] [--other PATH]... | api [--seconds N] | page [--runs N]",
        summary: "measure the gateway, the SDK, the back end or the page",
        details: "  gateway        cost of received and stored spans; compares with rotel and otelite, of which\n                 \
                  ROTEL_BIN and OTELITE_BIN select other versions\n  \
                  gateway-load   latency of a steady sender, alone and among hostile clients\n  \
                  sdk            time and bytes of a span, time of the start; compares SDKs\n  \
                  backend        latency of visitors, alone and among hostile clients\n  \
                  api            latency of the home feed at 500 requests/s; cost of tracing\n  \
                  page           bytes and load of the home page on a slow processor\n\n\
                  --other PATH measures another build of the gateway or the back end in the same run.",
        run: |arguments| match arguments {
            ["api", options @ ..] => measure::api(options),
            ["backend", options @ ..] => measure::backend(options),
            ["gateway"] => measure::gateway(),
            ["gateway-load", options @ ..] => measure::gateway_load(options),
            ["page", options @ ..] => measure::page(options),
            ["sdk", options @ ..] => measure::sdk(options),
            _ => unexpected("bench", arguments),
        },
    },
    Command {
        name: "delivery",
        arguments: "[--runs N] [--sdk SDK] [--only PART-OF-A-CASE]",
        summary: "measure which spans arrive when pages are left and receivers fail",
        details: "",
        run: measure::delivery,
    },
    Command {
        name: "causality",
        arguments: "",
        summary: "measure whether spans of interleaved actions are in the right traces",
        details: "",
        run: |arguments| no_arguments("causality", arguments).and_then(|()| measure::causality()),
    },
    Command {
        name: "partners",
        arguments: "",
        summary: "measure whether servers of others (axum, Flask, FastAPI, Express, X-Ray) continue the traces of a page",
        details: "",
        run: |arguments| no_arguments("partners", arguments).and_then(|()| measure::partners()),
    },
    Command {
        name: "soak",
        arguments: "[--actions N]",
        summary: "measure the memory that a page retains after an hour of clicking",
        details: "",
        run: measure::soak,
    },
    Command {
        name: "dist",
        arguments: "",
        summary: "build the folder to deploy: servers, pages, licenses, bill of materials, checksums",
        details: "The folder is target/cruddur-<version>-<target>. It runs on a machine without Rust. Its README says how.",
        run: |arguments| no_arguments("dist", arguments).and_then(|()| dist::run()),
    },
    Command {
        name: "package",
        arguments: "[--verify]",
        summary: "package the published crates, the gateway's with the built viewer",
        details: "Builds the optimized viewer, compresses it into crates/gateway/viewer, from where later builds of the\n\
                  gateway embed it, and writes target/package/*.crate.\n\n  \
                  --verify   also compile what the packages contain: each one for this machine, and the examples with\n             \
                  them, in a folder outside the repository, for the browser",
        run: |arguments| match arguments {
            [] => package::run(),
            ["--verify"] => package::run_and_verify(),
            _ => unexpected("package", arguments),
        },
    },
    Command {
        name: "licenses",
        arguments: "",
        summary: "write the license notices of the dependencies to target/licenses",
        details: "One file each for the gateway, the back end, the page and the viewer.",
        run: |arguments| no_arguments("licenses", arguments).and_then(|()| licenses::write_all()),
    },
    Command {
        name: "env",
        arguments: "",
        summary: "print the environment for running trunk and cargo directly",
        details: "eval \"$(cargo xtask env)\" && trunk serve",
        run: |arguments| no_arguments("env", arguments).and_then(|()| wasm::print_environment()),
    },
];

/// Runs the command that `arguments` name, or prints its help.
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    let (name, rest) = match arguments {
        [] | ["--help" | "-h" | "help"] => {
            process::print(&overview());
            return Ok(());
        }
        ["help", name, ..] => (*name, &["--help"][..]),
        [name, rest @ ..] => (*name, rest),
    };
    let Some(command) = find(name) else {
        bail!("`{name}` is not a command\n\n{}", overview());
    };
    if rest
        .iter()
        .any(|argument| ["--help", "-h"].contains(argument))
    {
        process::print(&help(command));
        return Ok(());
    }
    (command.run)(rest)
}

fn find(name: &str) -> Option<&'static Command> {
    COMMANDS.iter().find(|command| command.name == name)
}

fn no_arguments(name: &str, arguments: &[&str]) -> Result<()> {
    if arguments.is_empty() {
        Ok(())
    } else {
        unexpected(name, arguments)
    }
}

fn unexpected(name: &str, arguments: &[&str]) -> Result<()> {
    let arguments = arguments.join(" ");
    let help = find(name).map(help).unwrap_or_default();
    if arguments.is_empty() {
        bail!("`{name}` needs an argument\n\n{help}");
    }
    bail!("`{name}` does not take `{arguments}`\n\n{help}")
}

fn usage(command: &Command) -> String {
    format!("cargo xtask {} {}", command.name, command.arguments)
        .trim_end()
        .to_owned()
}

fn help(command: &Command) -> String {
    let Command {
        summary, details, ..
    } = command;
    let mut text = format!("Usage: {}\n\n{summary}", usage(command));
    if !details.is_empty() {
        text = format!("{text}\n\n{details}");
    }
    text
}

fn overview() -> String {
    let lines = COMMANDS
        .iter()
        .map(|command| format!("  {:<11} {}\n", command.name, command.summary));
    format!(
        "Usage: cargo xtask <command>\n\n{}\nSee `cargo xtask <command> --help` for the arguments of a command.",
        lines.collect::<String>()
    )
}

/// Returns whether `line`, the text after `cargo xtask`, begins with a command or asks for help.
#[cfg(test)]
pub(crate) fn is_known(line: &str) -> bool {
    let is_part = |character: char| character.is_ascii_alphanumeric() || character == '-';
    let end = line.find(|character| !is_part(character));
    let name = &line[..end.unwrap_or(line.len())];
    // A placeholder has no name.
    name.is_empty() || find(name).is_some() || ["help", "--help"].contains(&name)
}

/// Returns the commands as a Markdown table.
#[cfg(test)]
pub(crate) fn markdown_table() -> String {
    let rows = COMMANDS.iter().map(|command| {
        let usage = usage(command).replace('|', "\\|");
        format!("| `{usage}` | {} |\n", command.summary)
    });
    format!(
        "| command | effect |\n|---|---|\n{}",
        rows.collect::<String>()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_help() {
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
    fn unexpected_arguments_are_an_error_with_the_usage() {
        for (arguments, error, usage) in [
            (
                &["dev", "--debug"][..],
                "`dev` does not take `--debug`",
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
