//! The processor time and the memory of a process, from `/proc`.

use std::fs;

use anyhow::{Context as _, Result};

/// `USER_HZ`: ticks of `/proc` per second, the same on every Linux that matters here.
const TICKS_PER_SECOND: f64 = 100.0;

/// Returns the processor time so far, in user and in system mode, in seconds.
///
/// # Errors
/// If the process has ended, or the system has no `/proc`.
pub fn cpu_seconds(pid: u32) -> Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name in parentheses may contain spaces. Fields 14 and 15 are utime and stime.
    let (_, fields) = stat
        .rsplit_once(')')
        .context("/proc/<pid>/stat has no name")?;
    let ticks = fields.split_whitespace().skip(11).take(2);
    let ticks: Result<Vec<f64>, _> = ticks.map(str::parse).collect();
    Ok(ticks?.iter().sum::<f64>() / TICKS_PER_SECOND)
}

/// Returns the resident memory in MB (10^6 bytes).
///
/// # Errors
/// If the process has ended, or the system has no `/proc`.
pub fn rss_mb(pid: u32) -> Result<f64> {
    status_mb(pid, "VmRSS:")
}

/// Returns the resident memory without pages of files, in MB.
///
/// # Errors
/// If the process has ended, or the system has no `/proc`.
pub fn rss_anon_mb(pid: u32) -> Result<f64> {
    status_mb(pid, "RssAnon:")
}

/// Returns the peak of the resident memory, in MB.
///
/// # Errors
/// If the process has ended, or the system has no `/proc`.
pub fn peak_rss_mb(pid: u32) -> Result<f64> {
    status_mb(pid, "VmHWM:")
}

fn status_mb(pid: u32, name: &str) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kilobytes = line.and_then(|line| line.split_whitespace().next());
    let kilobytes: f64 = kilobytes.with_context(|| format!("no {name}"))?.parse()?;
    Ok(kilobytes * 1024.0 / 1e6)
}
