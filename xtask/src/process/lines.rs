//! The output of child processes: into their log, and to the terminal where it matters.

use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use super::log::Log;
use crate::term;

/// The width of the label column, in characters. The longest label fits.
const LABEL_WIDTH: usize = 12;

/// Prints a line to standard output. Unlike `println!`, it does not panic if the terminal was closed, so child
/// processes are still ended.
pub(crate) fn print(line: &str) {
    drop(writeln!(std::io::stdout(), "{line}"));
}

/// The output of one child process, shared by its readers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lines {
    log: Arc<Mutex<Log>>,
    /// Whether lines are also printed.
    is_shown: Arc<AtomicBool>,
}

impl Lines {
    pub(super) fn new(log: Log) -> Self {
        Self {
            log: Arc::new(Mutex::new(log)),
            is_shown: Arc::default(),
        }
    }

    /// Prints the lines that arrive from now on.
    pub(crate) fn show(&self) {
        self.is_shown.store(true, Ordering::Relaxed);
    }

    /// Locks the log, even if a reader panicked while it held the lock.
    pub(super) fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads `stream` on a thread until it ends. A `watched` one is printed from its first error on.
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
                let is_shown =
                    lines.is_shown.load(Ordering::Relaxed) || (watched && log.has_error());
                drop(log);
                if is_shown {
                    print(&format!("{prefix}{line}"));
                }
            }
        })
    }
}

fn prefix(label: &str) -> String {
    format!(
        "{} {} ",
        term::label(&format!("{label:>LABEL_WIDTH$}")),
        term::dim("│")
    )
}

/// Removes the text that a progress bar overwrote with carriage returns.
fn readable(line: &[u8]) -> String {
    let line = String::from_utf8_lossy(line);
    let line = line.trim_end_matches('\r');
    line.rsplit('\r').next().unwrap_or(line).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_bar_is_reduced_to_its_last_state() {
        assert_eq!(readable(b"10%\r50%\r100%\r"), "100%");
    }
}
