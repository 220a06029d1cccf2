//! The children's lines: into their log, and before a person's eyes where they matter.

use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use super::log::Log;
use crate::term;

/// The label column: the longest label in use fits.
const WIDTH: usize = 12;

/// Prints one line. Unlike `println!` it survives a closed terminal, so that cleaning up goes on.
pub(crate) fn say(line: &str) {
    // There is nobody left to tell when this fails.
    drop(writeln!(std::io::stdout(), "{line}"));
}

/// What becomes of a child's lines.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lines {
    log: Arc<Mutex<Log>>,
    /// From then on lines are shown as they come, too.
    shown: Arc<AtomicBool>,
}

impl Lines {
    pub(super) fn new(log: Log) -> Self {
        Self {
            log: Arc::new(Mutex::new(log)),
            shown: Arc::default(),
        }
    }

    /// Shows what comes from now on.
    pub(crate) fn show(&self) {
        self.shown.store(true, Ordering::Relaxed);
    }

    /// The log, even when a reader panicked while it held it: its lines are only shown.
    pub(super) fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Follows `stream` on a thread until it ends. A `watched` one shows its lines from its first error on.
    pub(super) fn follow(
        &self,
        label: &'static str,
        watched: bool,
        stream: impl Read + Send + 'static,
    ) -> JoinHandle<()> {
        let lines = self.clone();
        std::thread::spawn(move || {
            let prefix = prefix(label);
            for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
                let line = readable(&line);
                let mut log = lines.log();
                log.add(line.clone());
                let is_shown = lines.shown.load(Ordering::Relaxed) || (watched && log.has_error());
                drop(log);
                if is_shown {
                    say(&format!("{prefix}{line}"));
                }
            }
        })
    }
}

fn prefix(label: &str) -> String {
    format!(
        "{} {} ",
        term::label(&format!("{label:>WIDTH$}")),
        term::dim("│")
    )
}

/// Without the carriage returns with which progress bars overwrite themselves.
fn readable(line: &[u8]) -> String {
    let line = String::from_utf8_lossy(line);
    let line = line.trim_end_matches('\r');
    line.rsplit('\r').next().unwrap_or(line).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_progress_bar_leaves_only_its_last_state() {
        assert_eq!(readable(b"10%\r50%\r100%\r"), "100%");
    }
}
