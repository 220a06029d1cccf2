//! Running other programs, and never leaving one behind.
//!
//! Each child leads a process group of its own, so that ending it also ends what it started (trunk's
//! cargo, cargo's rustc). [`registry`] knows every group that runs; [`signals`] ends them all on Ctrl-C, and
//! [`watchdog`] does when we are killed. A child's lines go to a [`log`]; a [`step`] is two lines for people.

mod child;
mod lanes;
mod lines;
mod log;
pub(crate) mod registry;
pub(crate) mod signals;
mod step;
mod watchdog;

pub(crate) use child::{Child, Ended};
pub(crate) use lanes::both;
pub(crate) use lines::{Lines, say};
pub(crate) use log::shown_path;
pub(crate) use step::{step, step_with_logs};

use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Error, Result, anyhow, bail};

use crate::{variables, workspace};

/// Runs `command` to its end, its lines in the log of `label`. An error has those that explain it.
pub(crate) fn run(label: &'static str, command: Command) -> Result<()> {
    let program = program(&command);
    finish(label, &program, Child::spawn(label, command)?).map(drop)
}

/// Like [`run`], and hands back the lines of its standard output.
pub(crate) fn collect(label: &'static str, command: Command) -> Result<Vec<String>> {
    let program = program(&command);
    finish(label, &program, Child::spawn_collecting(label, command)?)
}

/// Waits, with a sign of life from time to time.
fn finish(label: &'static str, program: &str, child: Child) -> Result<Vec<String>> {
    let ended = step::with_signs_of_life(label, child)?;
    if ended.status.success() {
        return Ok(ended.collected);
    }
    Err(failure(label, program, &ended))
}

fn failure(label: &str, program: &str, ended: &Ended) -> Error {
    let excerpt = ended.excerpt.iter().map(|line| format!("\n  {line}"));
    let excerpt: String = excerpt.collect();
    let log = ended.log.as_deref().map_or(String::new(), |path| {
        let path = path.strip_prefix(workspace::root()).unwrap_or(path);
        format!("\nall of it: {}", path.display())
    });
    anyhow!(
        "{label}: {program} ended with {}{excerpt}{log}",
        ended.status
    )
}

/// Like [`run`], but ends `command` when it takes longer than `limit`.
pub(crate) fn run_within(limit: Duration, label: &'static str, command: Command) -> Result<()> {
    let program = program(&command);
    let child = Child::spawn(label, command)?;
    let id = child.id();
    let (done, waiting) = mpsc::channel::<()>();
    let watchdog = thread::spawn(move || {
        if waiting.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
            registry::end(id);
        }
    });
    let outcome = finish(label, &program, child);
    drop(done);
    drop(watchdog.join());
    outcome.map(drop)
}

/// Runs `command` to its end with its output as it is: colours, progress bars, test reports.
pub(crate) fn run_plainly(command: Command) -> Result<()> {
    let program = program(&command);
    let status = Child::spawn_plainly(command)?.wait()?.status;
    if status.success() {
        Ok(())
    } else {
        bail!("{program} ended with {status}")
    }
}

/// What `command` prints, without showing it; an error when it fails.
pub(crate) fn read(mut command: Command) -> Result<String> {
    let program = program(&command);
    variables::keep_loopback_direct(&mut command);
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start `{program}`"))?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr);
        bail!("{program} ended with {}: {}", output.status, reason.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A command with its arguments, in one line.
pub(crate) fn command(program: impl AsRef<std::ffi::OsStr>, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments);
    command
}

/// The command line as a person would type it, to show or to blame.
fn program(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[test]
    fn a_failure_names_the_command_as_it_was_typed_and_what_it_said() {
        let script = "echo working; echo error: no room >&2; exit 4";
        let error = run("example", command("sh", &["-c", script]))
            .unwrap_err()
            .to_string();
        let start = format!("example: sh -c {script} ended with exit status: 4\n  error: no room");
        assert!(error.starts_with(&start), "{error}");
        assert!(
            error.ends_with("all of it: target/logs/example.log"),
            "{error}"
        );
    }

    #[test]
    fn output_is_collected_apart_from_errors() {
        let script = command("sh", &["-c", "echo one; echo aside >&2; echo two"]);
        assert_eq!(collect("collecting", script).unwrap(), ["one", "two"]);
    }

    #[test]
    fn a_command_that_takes_too_long_is_ended_with_all_it_started() {
        let began = Instant::now();
        // The second sleep keeps the output open: without its end the wait would last ten minutes.
        let script = command("sh", &["-c", "sleep 600 & sleep 600"]);
        assert!(run_within(Duration::from_millis(50), "slow", script).is_err());
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "{:?}",
            began.elapsed()
        );
    }

    #[test]
    fn what_a_child_leaves_behind_ends_with_it() {
        let began = Instant::now();
        run("leaving", command("sh", &["-c", "sleep 600 & exit 0"])).unwrap();
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "{:?}",
            began.elapsed()
        );
    }
}
