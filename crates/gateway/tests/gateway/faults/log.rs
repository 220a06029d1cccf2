//! A write-ahead log that was damaged after the process was killed.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{SPANS_PER_TRACE, trace};
use crate::support::{Process, command, post};

const TRACES: u32 = 20;

/// What a killed process leaves: most of it is in the log only.
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

/// What a gateway found damaged.
pub(super) fn kept_logs(dir: &TempDir) -> Vec<PathBuf> {
    let paths = std::fs::read_dir(dir.path()).unwrap();
    let paths = paths.map(|entry| entry.unwrap().path());
    let is_kept = |path: &PathBuf| path.to_str().unwrap().contains("-wal.damaged-");
    paths.filter(is_kept).collect()
}

fn flip(log: &Path, place: impl FnOnce(usize) -> usize) -> Vec<u8> {
    let mut bytes = std::fs::read(log).unwrap();
    let place = place(bytes.len());
    bytes[place] ^= 1;
    std::fs::write(log, &bytes).unwrap();
    bytes
}

/// Spans that are there after the log was damaged at a place, which is said.
async fn spans_after(place: impl FnOnce(usize) -> usize) -> u64 {
    let dir = killed().await;
    let damaged = flip(&log(&dir), place);
    let process = Process::start(&mut command(&dir));
    let kept = kept_logs(&dir);
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert_eq!(std::fs::read(&kept[0]).unwrap(), damaged);
    process.spans_kept().await
}

#[tokio::test]
async fn a_log_that_is_damaged_in_the_middle_costs_what_is_behind_and_that_is_said() {
    let all = u64::from(TRACES * SPANS_PER_TRACE);
    let spans = spans_after(|length| length / 2).await;
    assert!((1..all).contains(&spans), "{spans} of {all}");
}

#[tokio::test]
async fn a_log_with_a_damaged_beginning_is_said_and_spans_are_taken() {
    assert_eq!(spans_after(|_| 20).await, 0);
}

#[tokio::test]
async fn an_intact_log_is_read_to_its_end_and_nothing_is_said() {
    let dir = killed().await;
    let process = Process::start(&mut command(&dir));
    let all = u64::from(TRACES * SPANS_PER_TRACE);
    assert_eq!(process.spans_kept().await, all);
    assert_eq!(kept_logs(&dir).len(), 0);
}
