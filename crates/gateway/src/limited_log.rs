//! Lines for the log that strangers cause: one of each kind in a while, with a count of the
//! rest, so that nobody can fill a disk with them.

use std::{
    collections::BTreeMap,
    fmt::Display,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Between two lines of one kind.
const LOG_INTERVAL: Duration = Duration::from_secs(10);

/// A line may quote what was sent.
const MAX_LINE_CHARS: usize = 400;

#[derive(Debug, Default)]
pub(crate) struct LimitedLog(Mutex<BTreeMap<&'static str, Entry>>);

#[derive(Debug)]
struct Entry {
    logged: Instant,
    suppressed: u64,
}

impl LimitedLog {
    /// Logs the line, or counts it when one of its kind was logged lately.
    pub(crate) fn log(&self, kind: &'static str, line: impl Display) {
        if let Some(line) = self.due(kind, &line, Instant::now()) {
            eprintln!("{line}");
        }
    }

    /// Logs how many lines were suppressed, once they are due. To be called now and then.
    pub(crate) fn flush(&self) {
        for line in self.summaries(Instant::now()) {
            eprintln!("{line}");
        }
    }

    fn due(&self, kind: &'static str, line: &dyn Display, now: Instant) -> Option<String> {
        let mut entries = self.entries();
        if let Some(entry) = entries.get_mut(kind)
            && now.saturating_duration_since(entry.logged) < LOG_INTERVAL
        {
            entry.suppressed += 1;
            return None;
        }
        let former = entries.insert(
            kind,
            Entry {
                logged: now,
                suppressed: 0,
            },
        );
        let suppressed = former.map_or(0, |entry| entry.suppressed);
        let line = printable(&line.to_string());
        Some(match suppressed {
            0 => line,
            more => format!("{line} ({more} more like it before)"),
        })
    }

    fn summaries(&self, now: Instant) -> Vec<String> {
        let mut entries = self.entries();
        let due = entries.iter_mut().filter(|(_, entry)| {
            entry.suppressed > 0 && now.saturating_duration_since(entry.logged) >= LOG_INTERVAL
        });
        due.map(|(kind, entry)| {
            let suppressed = std::mem::take(&mut entry.suppressed);
            entry.logged = now;
            let seconds = LOG_INTERVAL.as_secs();
            format!("{kind}: {suppressed} more in the last {seconds} s or so")
        })
        .collect()
    }

    fn entries(&self) -> MutexGuard<'_, BTreeMap<&'static str, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One line, of bounded length, without control characters: terminals obey them.
fn printable(line: &str) -> String {
    let mut printable = String::new();
    for (index, char) in line.chars().enumerate() {
        if index == MAX_LINE_CHARS {
            printable.push('…');
            break;
        }
        if char.is_control() {
            printable.extend(char.escape_default());
        } else {
            printable.push(char);
        }
    }
    printable
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_of_a_kind_is_logged_and_the_others_are_counted() {
        let (log, now) = (LimitedLog::default(), Instant::now());
        assert_eq!(log.due("a", &"first", now).as_deref(), Some("first"));
        assert_eq!(log.due("a", &"second", now), None);
        assert_eq!(log.due("b", &"other", now).as_deref(), Some("other"));
        assert!(log.summaries(now).is_empty());
        let later = now + LOG_INTERVAL;
        assert_eq!(log.summaries(later), ["a: 1 more in the last 10 s or so"]);
        assert!(log.summaries(later + LOG_INTERVAL).is_empty());
        assert_eq!(log.due("a", &"third", later), None);
        let third = log.due("a", &"fourth", later + LOG_INTERVAL);
        assert_eq!(third.as_deref(), Some("fourth (1 more like it before)"));
    }

    #[test]
    fn a_line_has_no_control_characters_and_an_end() {
        assert_eq!(printable("a\n\u{1b}[31mé"), "a\\n\\u{1b}[31mé");
        assert_eq!(
            printable(&"é".repeat(9_999)).chars().count(),
            MAX_LINE_CHARS + 1
        );
    }
}
