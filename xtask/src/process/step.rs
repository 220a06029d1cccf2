//! A step as a person sees it: one line when it begins, one when it is done, and signs of life in between.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::child::{Child, Ended};
use super::{say, shown_path};
use crate::{clock, term};

/// A step that takes long says every so often what it is at.
const SIGN_OF_LIFE: Duration = Duration::from_secs(20);

/// Longest sign of life, in characters: a line on a narrow terminal.
const SIGN_CHARS: usize = 60;

/// Does `work`, whose lines go to the log of `label`, between a line that announces it and a line with the time it
/// took.
pub(crate) fn step(
    label: &'static str,
    what: &str,
    work: impl FnOnce() -> Result<()>,
) -> Result<()> {
    step_with_logs(label, what, &shown_path(label), work)
}

/// Like [`step`], where the lines go to several logs.
pub(crate) fn step_with_logs(
    label: &'static str,
    what: &str,
    logs: &str,
    work: impl FnOnce() -> Result<()>,
) -> Result<()> {
    let began = Instant::now();
    say(&format!(
        "{} {what} {}",
        term::bold(&format!("{label}:")),
        term::dim(&format!("(lines: {logs})"))
    ));
    work()?;
    say(&format!(
        "{} {label}: {}",
        term::green("✓"),
        clock::human(began.elapsed())
    ));
    Ok(())
}

/// Waits for `child`.
pub(super) fn with_signs_of_life(label: &'static str, child: Child) -> Result<Ended> {
    let (done, waiting) = mpsc::channel::<()>();
    let (lines, began) = (child.lines(), Instant::now());
    let teller = thread::spawn(move || {
        while waiting.recv_timeout(SIGN_OF_LIFE) == Err(RecvTimeoutError::Timeout) {
            let at = lines.log().last_line().map(short).unwrap_or_default();
            let took = clock::human(began.elapsed());
            say(&term::dim(&format!("  {label}, {took}: {at}")));
        }
    });
    let ended = child.wait();
    drop(done);
    drop(teller.join());
    ended
}

fn short(line: &str) -> String {
    line.trim().chars().take(SIGN_CHARS).collect()
}
