//! A write-ahead log that was damaged after the process was killed.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{SPANS_PER_TRACE, trace};
use crate::support::{Process, command, post};

const TRACES: u32 = 20;

/// Returns the folder of a killed process, whose newest spans are only in the log.
async fn killed() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let process = Process::start(&mut command(&dir));
    for number in 0..TRACES {
        let answer = post(&process.url, &trace(0, number)).await;
        assert_eq!(answer.status(), 200);
    }
    dir
}

fn log(dir: &TempDir) -> PathBuf {
    dir.path().join("traces.db-wal")
}

/// Returns the backups of damaged logs.
pub(super) fn log_backups(dir: &TempDir) -> Vec<PathBuf> {
    let paths = std::fs::read_dir(dir.path()).unwrap();
    let paths = paths.map(|entry| entry.unwrap().path());
    let is_backup = |path: &PathBuf| path.to_str().unwrap().contains("-wal.damaged-");
    paths.filter(is_backup).collect()
}

/// Flips a bit of the log. Returns the damaged log.
fn flip(log: &Path, offset: impl FnOnce(usize) -> usize) -> Vec<u8> {
    let mut bytes = std::fs::read(log).unwrap();
    let offset = offset(bytes.len());
    bytes[offset] ^= 1;
    std::fs::write(log, &bytes).unwrap();
    bytes
}

/// Damages the log at an offset, and asserts that it is backed up. Returns the number of spans
/// that are still stored.
async fn spans_after_damage(offset: impl FnOnce(usize) -> usize) -> u64 {
    let dir = killed().await;
    let damaged = flip(&log(&dir), offset);
    let process = Process::start(&mut command(&dir));
    let backups = log_backups(&dir);
    assert_eq!(backups.len(), 1, "{backups:?}");
    assert_eq!(std::fs::read(&backups[0]).unwrap(), damaged);
    process.spans_kept().await
}

#[tokio::test]
async fn log_damaged_in_the_middle_is_backed_up_and_read_up_to_there() {
    let all = u64::from(TRACES * SPANS_PER_TRACE);
    let spans = spans_after_damage(|length| length / 2).await;
    assert!((1..all).contains(&spans), "{spans} of {all}");
}

#[tokio::test]
async fn log_with_a_damaged_header_is_backed_up() {
    assert_eq!(spans_after_damage(|_| 20).await, 0);
}

#[tokio::test]
async fn intact_log_is_read_completely() {
    let dir = killed().await;
    let process = Process::start(&mut command(&dir));
    let all = u64::from(TRACES * SPANS_PER_TRACE);
    assert_eq!(process.spans_kept().await, all);
    assert_eq!(log_backups(&dir).len(), 0);
}
