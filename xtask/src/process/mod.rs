//! Runs other programs, and ends all of them when this program ends.
//!
//! Each child leads a process group of its own, so its descendants end with it (trunk's cargo, cargo's rustc).
//! [`registry`] lists the running groups. [`signals`] ends them on Ctrl-C, and [`watchdog`] if this program is killed.
//! The output of a child goes to a [`log`]. A [`step()`] prints one line before the work and one after it.

mod child;
mod lines;
mod log;
mod parallel;
pub(crate) mod registry;
pub(crate) mod signals;
mod step;
mod watchdog;

pub(crate) use child::{Child, Ended};
pub(crate) use lines::{Lines, print};
pub(crate) use log::display_path;
pub(crate) use parallel::in_parallel;
pub(crate) use step::{step, step_with_logs};

use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Error, Result, anyhow, bail};

use crate::{variables, workspace};

/// Runs `command` and writes its output to the log of `label`. An error contains the lines that explain it.
pub(crate) fn run(label: &'static str, command: Command) -> Result<()> {
    let program = program(&command);
    finish(label, &program, Child::spawn(label, command)?).map(drop)
}

/// Like [`run`], and returns the lines of its standard output.
pub(crate) fn collect(label: &'static str, command: Command) -> Result<Vec<String>> {
    let program = program(&command);
    finish(label, &program, Child::spawn_collecting(label, command)?)
}

/// Waits for the child, and prints its progress every 20 seconds.
fn finish(label: &'static str, program: &str, child: Child) -> Result<Vec<String>> {
    let ended = step::wait_with_progress(label, child)?;
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
        format!("\nfull log: {}", path.display())
    });
    anyhow!(
        "{label}: {program} ended with {}{excerpt}{log}",
        ended.status
    )
}

/// Like [`run`], but ends `command` if it takes longer than `limit`.
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

/// Runs `command` with this program's standard output, so its colors and progress bars stay.
pub(crate) fn run_inherited(command: Command) -> Result<()> {
    let program = program(&command);
    let status = Child::spawn_inherited(command)?.wait()?.status;
    if status.success() {
        Ok(())
    } else {
        bail!("{program} ended with {status}")
    }
}

/// Runs `command` and returns its standard output.
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

/// Builds a command with its arguments.
pub(crate) fn command(program: impl AsRef<std::ffi::OsStr>, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments);
    command
}

/// Returns the command line, for messages.
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
    fn failure_contains_the_command_and_its_output() {
        let script = "echo working; echo error: no room >&2; exit 4";
        let error = run("example", command("sh", &["-c", script]))
            .unwrap_err()
            .to_string();
        let start = format!("example: sh -c {script} ended with exit status: 4\n  error: no room");
        assert!(error.starts_with(&start), "{error}");
        assert!(
            error.ends_with("full log: target/logs/example.log"),
            "{error}"
        );
    }

    #[test]
    fn standard_error_is_not_collected() {
        let script = command("sh", &["-c", "echo one; echo aside >&2; echo two"]);
        assert_eq!(collect("collecting", script).unwrap(), ["one", "two"]);
    }

    #[test]
    fn timed_out_command_is_ended_with_its_descendants() {
        let began = Instant::now();
        // The background process keeps the output open, so the wait would last ten minutes.
        let script = command("sh", &["-c", "sleep 600 & sleep 600"]);
        assert!(run_within(Duration::from_millis(50), "slow", script).is_err());
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "{:?}",
            began.elapsed()
        );
    }

    #[test]
    fn background_processes_of_a_child_are_ended() {
        let began = Instant::now();
        run("leaving", command("sh", &["-c", "sleep 600 & exit 0"])).unwrap();
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "{:?}",
            began.elapsed()
        );
    }
}
