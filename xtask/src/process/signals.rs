//! Ctrl-C, a polite kill, a closed terminal: all children end before we do.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use anyhow::{Context as _, Result};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::{registry, say};
use crate::term;

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// From now on a signal ends all children, then this program.
pub(crate) fn watch() -> Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP]).context("cannot watch for Ctrl-C")?;
    thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            end_with(signal);
        }
    });
    Ok(())
}

#[expect(
    clippy::exit,
    reason = "the other threads wait for children that were just ended"
)]
fn end_with(signal: i32) {
    INTERRUPTED.store(true, Ordering::SeqCst);
    say(&term::dim("stopping everything"));
    registry::end_all();
    std::process::exit(128 + signal);
}

/// After an interruption the children's failures are our own doing: wait for the end instead of reporting them.
pub(crate) fn finish_if_interrupted() {
    while INTERRUPTED.load(Ordering::SeqCst) {
        thread::park();
    }
}
