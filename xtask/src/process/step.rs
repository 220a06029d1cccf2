//! A step: a line when it begins, a line when it is done, and its progress in between.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::child::{Child, Ended};
use super::{display_path, print};
use crate::{clock, term};

/// How often the progress of a long step is printed.
const PROGRESS_INTERVAL: Duration = Duration::from_secs(20);

/// The maximum length of a progress message, in characters. It fits on a narrow terminal.
const MAX_PROGRESS_CHARS: usize = 60;

/// Runs `work`, whose output goes to the log of `label`. Prints a line before it, and a line with its duration after it.
pub(crate) fn step(
    label: &'static str,
    what: &str,
    work: impl FnOnce() -> Result<()>,
) -> Result<()> {
    step_with_logs(label, what, &display_path(label), work)
}

/// Like [`step`], for output that goes to several logs.
pub(crate) fn step_with_logs(
    label: &'static str,
    what: &str,
    logs: &str,
    work: impl FnOnce() -> Result<()>,
) -> Result<()> {
    let began = Instant::now();
    print(&format!(
        "{} {what} {}",
        term::bold(&format!("{label}:")),
        term::dim(&format!("(log: {logs})"))
    ));
    work()?;
    print(&format!(
        "{} {label}: {}",
        term::green("✓"),
        clock::human(began.elapsed())
    ));
    Ok(())
}

/// Waits for `child`, and prints its last line of output every [`PROGRESS_INTERVAL`].
pub(super) fn wait_with_progress(label: &'static str, child: Child) -> Result<Ended> {
    let (done, waiting) = mpsc::channel::<()>();
    let (lines, began) = (child.lines(), Instant::now());
    let reporter = thread::spawn(move || {
        while waiting.recv_timeout(PROGRESS_INTERVAL) == Err(RecvTimeoutError::Timeout) {
            let line = lines.log().last_line().map(short).unwrap_or_default();
            let elapsed = clock::human(began.elapsed());
            print(&term::dim(&format!("  {label}, {elapsed}: {line}")));
        }
    });
    let ended = child.wait();
    drop(done);
    drop(reporter.join());
    ended
}

fn short(line: &str) -> String {
    line.trim().chars().take(MAX_PROGRESS_CHARS).collect()
}
