//! Running other programs, and never leaving one behind.
//!
//! Each child leads a process group of its own, so that ending it also ends what it started (trunk's
//! cargo, cargo's rustc). [`registry`] knows every group that runs; [`signals`] ends them all on Ctrl-C.
//! A child's lines are shown as they come, behind its label: see [`lines`].

mod child;
mod lanes;
mod lines;
pub(crate) mod registry;
pub(crate) mod signals;

pub(crate) use child::{Child, Ended};
pub(crate) use lanes::both;
pub(crate) use lines::say;

use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

/// Runs `command` to its end, its lines behind `label`.
pub(crate) fn run(label: &'static str, command: Command) -> Result<()> {
    let program = program(&command);
    let ended = Child::spawn(label, command)?.wait()?;
    if ended.status.success() {
        return Ok(());
    }
    bail!("{label}: {program} ended with {}", ended.status)
}

/// Like [`run`], but ends `command` when it takes longer than `limit`.
pub(crate) fn run_within(limit: Duration, label: &'static str, command: Command) -> Result<()> {
    let child = Child::spawn(label, command)?;
    let id = child.id();
    let (done, waiting) = mpsc::channel::<()>();
    let watchdog = thread::spawn(move || {
        if waiting.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
            registry::end(id);
        }
    });
    let status = child.wait()?.status;
    drop(done);
    drop(watchdog.join());
    if status.success() {
        Ok(())
    } else {
        bail!("{label} ended with {status}")
    }
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
    fn a_failure_names_the_command_as_it_was_typed() {
        let error = run("example", command("sh", &["-c", "exit 4"]))
            .unwrap_err()
            .to_string();
        assert_eq!(error, "example: sh -c exit 4 ended with exit status: 4");
    }

    #[test]
    fn a_command_that_takes_too_long_is_ended_with_all_it_started() {
        let began = Instant::now();
        // The second sleep keeps the output open: without its end the wait would last ten minutes.
        let script = command("sh", &["-c", "sleep 600 & sleep 600"]);
        assert!(run_within(Duration::from_millis(50), "example", script).is_err());
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "{:?}",
            began.elapsed()
        );
    }

    #[test]
    fn what_a_child_leaves_behind_ends_with_it() {
        let began = Instant::now();
        run("example", command("sh", &["-c", "sleep 600 & exit 0"])).unwrap();
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "{:?}",
            began.elapsed()
        );
    }
}
