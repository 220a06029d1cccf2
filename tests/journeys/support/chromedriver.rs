//! Starts chromedriver on a free port.

use std::path::Path;

use super::process::Process;
use super::scratch::Scratch;
use super::wait::until;

/// Each retry asks for another port.
const MAX_STARTS: usize = 5;

/// The end of chromedriver's message when another program uses its port.
const PORT_IN_USE: &str = "port not available. Exiting";

/// Starts chromedriver, and returns it with the port it listens on.
///
/// With `--port=0`, chromedriver gets a free port for IPv6 and then needs the same port for IPv4. A connection of
/// another test may use that one, and chromedriver exits.
pub(crate) async fn start(program: &Path, scratch: &Scratch) -> (Process, String) {
    for _ in 0..MAX_STARTS {
        let log = scratch.path("chromedriver.log");
        let chromedriver = Process::start(program, &["--port=0"], &[], log);
        if let Some(port) = port_of(&chromedriver).await {
            return (chromedriver, port);
        }
    }
    panic!("chromedriver found its port in use {MAX_STARTS} times: end other tests and try again");
}

/// Waits until chromedriver listens, and returns its port, or `None` if the port is in use.
async fn port_of(chromedriver: &Process) -> Option<String> {
    until("chromedriver to listen", async || {
        let log = chromedriver.log();
        if log.contains(PORT_IN_USE) {
            return Ok(None);
        }
        let port = chromedriver.word_after("started successfully on port ");
        match port {
            Some(port) => Ok(Some(port.trim_end_matches('.').to_owned())),
            None => Err(format!("its log is:\n{log}")),
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::process::Command;

    use super::*;

    /// Writes a program that behaves as chromedriver does when its port is in use, for the first `failures` starts.
    fn port_in_use_for(failures: usize, scratch: &Scratch) -> PathBuf {
        let script = format!(
            r#"#!/bin/sh
            echo start >> "$0.starts"
            echo "Starting ChromeDriver on port 0"
            if [ "$(wc -l < "$0.starts")" -le {failures} ]; then
                echo "[SEVERE]: bind() failed: Address already in use (98)"
                echo "IPv4 port not available. Exiting..."
                exit 1
            fi
            echo "ChromeDriver was started successfully on port 43210."
            while :; do sleep 0.01; done
            "#
        );
        let path = scratch.path("chromedriver");
        // Written by another process: a file that this one has open for writing may be inherited by the child of
        // another test, and is then too busy to be executed.
        let written = Command::new("sh")
            .args(["-c", r#"printf %s "$1" > "$0" && chmod +x "$0""#])
            .arg(&path)
            .arg(script)
            .status();
        assert!(written.expect("a POSIX shell on PATH").success());
        path
    }

    #[tokio::test]
    async fn port_in_use_is_retried() {
        let scratch = Scratch::new();
        let program = port_in_use_for(MAX_STARTS - 1, &scratch);
        let (_chromedriver, port) = start(&program, &scratch).await;
        assert_eq!(port, "43210");
    }

    #[tokio::test]
    #[should_panic(expected = "found its port in use 5 times")]
    async fn port_that_stays_in_use_is_an_error() {
        let scratch = Scratch::new();
        let program = port_in_use_for(MAX_STARTS, &scratch);
        start(&program, &scratch).await;
    }
}
