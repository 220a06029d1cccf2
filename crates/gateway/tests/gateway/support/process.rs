//! The program itself, as a process that can be killed.

use std::{
    env,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use prost::Message;
use serde_json::Value;
use tempfile::TempDir;
use trace_model::{SinkStatus, Status};

use super::PROTOBUF;

/// With PATH and HOME only: a developer's own keys would send what a test makes to their vendors.
pub(crate) fn isolated(mut command: Command) -> Command {
    let kept = ["PATH", "HOME"].map(|name| (name, env::var_os(name)));
    let kept = kept
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    command.env_clear().envs(kept);
    command
}

/// The gateway's command, with a store in `dir`.
pub(crate) fn command(dir: &TempDir) -> Command {
    with_store(Command::new(env!("CARGO_BIN_EXE_otel-web-gateway")), dir)
}

/// The same through a shell that prepares the process by `first`. `around` is the command
/// that runs the shell, if any.
#[cfg(target_os = "linux")]
pub(crate) fn command_after(around: &[String], first: &str, dir: &TempDir) -> Command {
    let program = env!("CARGO_BIN_EXE_otel-web-gateway");
    let script = format!("{first} && exec '{program}'");
    let shell = ["bash".to_owned(), "-c".to_owned(), script];
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
    pub(crate) log: Vec<String>,
    pub(crate) url: String,
}

impl Process {
    pub(crate) fn start(command: &mut Command) -> Self {
        let child = command.stdout(Stdio::piped()).spawn().unwrap();
        let (log, url) = (Vec::new(), String::new());
        let mut process = Self { child, log, url };
        let stdout = process.child.stdout.take().unwrap();
        for line in BufReader::new(stdout).lines() {
            let line = line.unwrap();
            process.log.push(line.clone());
            if let Some(url) = line.strip_prefix("listening on ") {
                url.clone_into(&mut process.url);
                return process;
            }
        }
        panic!("it ended without listening: {:?}", process.log);
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

    /// The most memory that it had at any time, where the system tells.
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
    reqwest::Client::builder().no_proxy().build().unwrap()
}

/// Posts spans to the gateway at `url`.
pub(crate) async fn post(url: &str, spans: &impl Message) -> reqwest::Response {
    let post = client().post(format!("{url}/v1/traces"));
    let post = post.header("content-type", PROTOBUF);
    post.body(spans.encode_to_vec()).send().await.unwrap()
}

#[test]
#[cfg(target_os = "linux")]
fn the_gateway_under_test_gets_nothing_of_the_developer_s_environment() {
    let dir = tempfile::tempdir().unwrap();
    let output = command_after(&[], "compgen -e && exit", &dir).output();
    let said = String::from_utf8(output.unwrap().stdout).unwrap();
    let mut names: Vec<_> = said.lines().collect();
    // Those that bash sets itself.
    names.retain(|name| !["OLDPWD", "PWD", "SHLVL", "_"].contains(name));
    let own = ["OTEL_WEB_GATEWAY_DB", "OTEL_WEB_GATEWAY_LISTEN"];
    assert_eq!(names, [&["HOME"], &own[..], &["PATH"]].concat());
}
