//! Child processes that end with the test.
//!
//! Each program is a child of a shell that reads from a pipe to the test. When the pipe closes, because the test
//! dropped the [`Process`], panicked or was killed, the shell terminates the program and waits for it.

use std::fs::File;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::wait::until;

/// The last line terminates the program's own children, such as chromedriver's browser.
const GUARD: &str = r#"
    "$@" & program=$!
    read -r line
    kill -TERM $program; wait $program
    trap '' TERM; kill -TERM 0
"#;
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(10);

pub(crate) struct Process {
    guard: Child,
    log: PathBuf,
}

impl Process {
    /// Starts `program` with only these variables, `PATH` and `HOME`, so that the developer's settings do not apply.
    pub(crate) fn start(program: &Path, args: &[&str], env: &[(&str, &str)], log: PathBuf) -> Self {
        let output = File::create(&log).expect("a log file in the test's folder");
        let guard = Command::new("sh")
            .args(["-c", GUARD, "sh"])
            .arg(program)
            .args(args)
            .env_clear()
            .envs(std::env::vars_os().filter(|(name, _)| name == "PATH" || name == "HOME"))
            .envs(env.iter().copied())
            .stdin(Stdio::piped())
            .stdout(output.try_clone().expect("a second handle on the log"))
            .stderr(output)
            .process_group(0)
            .spawn()
            .expect("a POSIX shell on PATH");
        Self { guard, log }
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Waits for a complete line that contains `marker`, and returns the word after it.
    pub(crate) async fn wait_for_log(&self, marker: &str) -> String {
        let what = format!("\"{marker}…\" in {}", self.log.display());
        until(&what, async || {
            self.word_after(marker)
                .ok_or_else(|| format!("the log is:\n{}", self.log()))
        })
        .await
    }

    /// Returns the word after `marker` in the first complete line of the log that contains it.
    pub(crate) fn word_after(&self, marker: &str) -> Option<String> {
        word_after(&self.log(), marker)
    }

    fn ended_within(&mut self, limit: Duration) -> bool {
        let start = Instant::now();
        while start.elapsed() < limit {
            if matches!(self.guard.try_wait(), Ok(Some(_))) {
                return true;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        false
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        if !self.ended_within(SHUTDOWN_TIMEOUT) {
            let group = format!("-{}", self.guard.id());
            Command::new("kill")
                .args(["-KILL", "--", &group])
                .status()
                .ok();
            self.guard.wait().ok();
        }
    }
}

fn word_after(log: &str, marker: &str) -> Option<String> {
    let (_, rest) = log.split_once(marker)?;
    let (line, _) = rest.split_once('\n')?;
    Some(line.split_whitespace().next()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::scratch::Scratch;

    #[test]
    fn word_after_marker_needs_a_complete_line() {
        assert_eq!(word_after("listening on http://127.0.0.1:43", "on "), None);
        let log = "cruddur listening on http://127.0.0.1:4318 (loopback)\n";
        assert_eq!(
            word_after(log, "on ").as_deref(),
            Some("http://127.0.0.1:4318")
        );
    }

    #[tokio::test]
    async fn dropped_process_shuts_down_gracefully() {
        let scratch = Scratch::new();
        let script = "trap 'echo flushed; exit' TERM; echo pid $$; while :; do sleep 0.01; done";
        let shell = Path::new("sh");
        let process = Process::start(shell, &["-c", script], &[], scratch.path("log"));
        let pid = process.wait_for_log("pid ").await;
        drop(process);
        let log = std::fs::read_to_string(scratch.path("log")).expect("a log");
        assert!(log.ends_with("flushed\n"), "{log}");
        assert!(!Path::new("/proc").join(pid).exists());
    }
}
