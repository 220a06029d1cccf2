//! Ends all children on SIGINT, SIGTERM and SIGHUP.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use anyhow::{Context as _, Result};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::{print, registry};
use crate::term;

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Installs the handlers: a signal ends all children, then this program.
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
    reason = "the other threads wait for children that have ended"
)]
fn end_with(signal: i32) {
    INTERRUPTED.store(true, Ordering::SeqCst);
    print(&term::dim("stopping"));
    registry::end_all();
    std::process::exit(128 + signal);
}

/// Blocks forever after a signal: children then fail because they were ended, which is not worth reporting.
pub(crate) fn finish_if_interrupted() {
    while INTERRUPTED.load(Ordering::SeqCst) {
        thread::park();
    }
}
