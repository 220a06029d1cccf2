//! The program as a process that can be killed.

use std::{
    env,
    io::{BufRead, BufReader},
    process::{Child, ChildStderr, Command, Stdio},
    sync::{Arc, Mutex, mpsc},
    thread,
};

use prost::Message;
use serde_json::Value;
use tempfile::TempDir;
use trace_model::{SinkStatus, Status};

use super::PROTOBUF;

/// Clears the environment except PATH and HOME. With a developer's own keys, tests would send spans to
/// vendors.
pub(crate) fn isolated(mut command: Command) -> Command {
    let variables = ["PATH", "HOME"].map(|name| (name, env::var_os(name)));
    let variables = variables
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    command.env_clear().envs(variables);
    command
}

/// Returns the gateway's command, with a store in `dir`.
pub(crate) fn command(dir: &TempDir) -> Command {
    with_store(Command::new(env!("CARGO_BIN_EXE_otel-web-gateway")), dir)
}

/// Returns the same command in a shell that runs `first` before. `around` is a command that runs the
/// shell, if any.
#[cfg(target_os = "linux")]
pub(crate) fn command_after(around: &[String], first: &str, dir: &TempDir) -> Command {
    let program = env!("CARGO_BIN_EXE_otel-web-gateway");
    // As the name of the shell, so that no character of the path is syntax.
    let script = format!("{first} && exec \"$0\"");
    let shell = ["bash", "-c", &script, program].map(str::to_owned);
    let words = [around, &shell].concat();
    let mut shell = Command::new(&words[0]);
    shell.args(&words[1..]);
    with_store(shell, dir)
}

fn with_store(command: Command, dir: &TempDir) -> Command {
    let mut command = isolated(command);
    command
        .env("OTEL_WEB_GATEWAY_LISTEN", "127.0.0.1:0")
        .env("OTEL_WEB_GATEWAY_DB", dir.path().join("traces.db"));
    command
}

/// A running gateway, killed when dropped.
pub(crate) struct Process {
    pub(crate) child: Child,
    pub(crate) url: String,
    log: Log,
}

/// Lines of the log so far.
type Log = Arc<Mutex<Vec<String>>>;

/// Collects the log in the background. The receiver gets the URL when the gateway listens, and
/// disconnects when the gateway ends.
fn collect(stderr: ChildStderr, log: &Log) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    let log = Arc::clone(log);
    thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            let url = line.split_once("listening on ").map(|(_, url)| url);
            // As JSON, a quote follows.
            let url = url.map(|url| url.split('"').next().unwrap_or_default().to_owned());
            log.lock().unwrap().push(line);
            if let Some(url) = url {
                // The test may have ended.
                let _ = sender.send(url);
            }
        }
    });
    receiver
}

impl Process {
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let log = Log::default();
        let listening = collect(child.stderr.take().unwrap(), &log);
        let url = String::new();
        let mut process = Self { child, url, log };
        match listening.recv() {
            Ok(url) => process.url = url,
            Err(_) => panic!("it ended without listening: {:?}", process.log()),
        }
        process
    }

    /// Returns the lines of the log so far.
    pub(crate) fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let url = format!("{}{path}", self.url);
        client()
            .get(url)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap()
    }

    pub(crate) async fn spans_kept(&self) -> u64 {
        self.status().await.spans_kept
    }

    pub(crate) async fn status(&self) -> Status {
        serde_json::from_value(self.get("/api/status").await).unwrap()
    }

    pub(crate) async fn sink(&self, name: &str) -> SinkStatus {
        let sinks = self.status().await.sinks;
        sinks.into_iter().find(|sink| sink.name == name).unwrap()
    }

    /// Returns the peak memory use, on systems that report it.
    pub(crate) fn peak_memory_kib(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let mut lines = status.lines();
        let peak = lines.find_map(|line| line.strip_prefix("VmHWM:"))?;
        peak.trim().strip_suffix(" kB")?.parse().ok()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn client() -> reqwest::Client {
    http_client::builder().no_proxy().build().unwrap()
}

/// Posts spans to the gateway at `url`.
pub(crate) async fn post(url: &str, spans: &impl Message) -> reqwest::Response {
    let post = client().post(format!("{url}/v1/traces"));
    let post = post.header("content-type", PROTOBUF);
    post.body(spans.encode_to_vec()).send().await.unwrap()
}

#[test]
#[cfg(target_os = "linux")]
fn gateway_under_test_does_not_inherit_the_environment() {
    let dir = tempfile::tempdir().unwrap();
    let output = command_after(&[], "compgen -e && exit", &dir).output();
    let output = String::from_utf8(output.unwrap().stdout).unwrap();
    let mut names: Vec<_> = output.lines().collect();
    // bash sets these itself.
    names.retain(|name| !["OLDPWD", "PWD", "SHLVL", "_"].contains(name));
    let own = ["OTEL_WEB_GATEWAY_DB", "OTEL_WEB_GATEWAY_LISTEN"];
    assert_eq!(names, [&["HOME"], &own[..], &["PATH"]].concat());
}
