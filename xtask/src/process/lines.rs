//! The children's lines: shown at once behind a label, the last of them kept.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use crate::term;

/// Enough of a child's last words to see why it ended.
const KEPT: usize = 12;

/// The label column: the longest label in use fits.
const WIDTH: usize = 12;

/// Prints one line. Unlike `println!` it survives a closed terminal, so that cleaning up goes on.
pub(crate) fn say(line: &str) {
    // There is nobody left to tell when this fails.
    drop(writeln!(std::io::stdout(), "{line}"));
}

/// Shows every line of `stream` behind `label`, on a thread, until the stream ends.
pub(super) fn follow(
    label: &'static str,
    stream: impl Read + Send + 'static,
    tail: &Arc<Mutex<VecDeque<String>>>,
) -> JoinHandle<()> {
    let tail = Arc::clone(tail);
    std::thread::spawn(move || {
        let prefix = prefix(label);
        for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
            let line = readable(&line);
            say(&format!("{prefix}{line}"));
            keep(&mut locked(&tail), line);
        }
    })
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

fn keep(tail: &mut VecDeque<String>, line: String) {
    if tail.len() == KEPT {
        tail.pop_front();
    }
    tail.push_back(line);
}

/// The lines even when a reader panicked while it held them: they are only shown.
pub(super) fn locked(tail: &Mutex<VecDeque<String>>) -> MutexGuard<'_, VecDeque<String>> {
    tail.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_progress_bar_leaves_only_its_last_state() {
        assert_eq!(readable(b"10%\r50%\r100%\r"), "100%");
    }

    #[test]
    fn only_the_last_lines_are_kept() {
        let mut tail = VecDeque::new();
        for number in 0..KEPT + 3 {
            keep(&mut tail, number.to_string());
        }
        assert_eq!(tail.front().map(String::as_str), Some("3"));
        assert_eq!(tail.len(), KEPT);
    }
}
