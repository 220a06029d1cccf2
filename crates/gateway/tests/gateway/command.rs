//! The program itself: its help, its errors, and what it survives.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Output, Stdio},
};

use prost::Message;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{KEY, PROTOBUF, request, span};

fn command(dir: &TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_otel-web-gateway"));
    command
        .env("OTEL_WEB_GATEWAY_LISTEN", "127.0.0.1:0")
        .env("OTEL_WEB_GATEWAY_DB", dir.path().join("traces.db"));
    command
}

/// A running gateway, killed when dropped.
struct Process {
    child: Child,
    log: Vec<String>,
    url: String,
}

impl Process {
    fn start(command: &mut Command) -> Self {
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

    async fn export(&self, id: u8) {
        let body = request("shop", vec![span(1, id, "a")]).encode_to_vec();
        let url = format!("{}/v1/traces", self.url);
        let post = client().post(url).header("content-type", PROTOBUF);
        assert_eq!(post.body(body).send().await.unwrap().status(), 200);
    }

    async fn spans_kept(&self) -> u64 {
        let url = format!("{}/healthz", self.url);
        let health: Value = client()
            .get(url)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        health["spans_kept"].as_u64().unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn help_names_every_variable_and_shows_examples() {
    let dir = tempfile::tempdir().unwrap();
    let output = command(&dir).arg("--help").output().unwrap();
    assert!(output.status.success());
    let help = String::from_utf8_lossy(&output.stdout).into_owned();
    let settings = include_str!("../../src/config/settings.rs");
    let names: Vec<_> = settings
        .split('"')
        .filter(|text| {
            text.len() > 8
                && text
                    .chars()
                    .all(|char| char.is_ascii_uppercase() || char == '_')
        })
        .collect();
    let missing: Vec<_> = names.iter().filter(|name| !help.contains(**name)).collect();
    assert!(names.len() > 15 && missing.is_empty(), "{missing:?}");
    assert!(help.contains("Examples:"));
}

#[tokio::test]
async fn a_port_that_is_taken_is_one_clear_message() {
    let dir = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = command(&dir)
        .env("OTEL_WEB_GATEWAY_LISTEN", &address)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let expected = format!(
        "otel-web-gateway: cannot listen on {address}: another program uses this port. \
         Set OTEL_WEB_GATEWAY_LISTEN to another address\n"
    );
    assert_eq!(stderr(&output), expected);
}

#[test]
fn a_database_that_cannot_be_written_is_one_clear_message() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("missing/traces.db");
    let output = command(&dir)
        .env("OTEL_WEB_GATEWAY_DB", &file)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let message = stderr(&output);
    assert!(message.contains("missing/traces.db"), "{message}");
    assert!(message.contains("Set OTEL_WEB_GATEWAY_DB"), "{message}");
    assert_eq!(message.lines().count(), 1, "{message}");
}

#[test]
fn a_second_gateway_on_the_same_store_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let _first = Process::start(&mut command(&dir));
    let output = command(&dir).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("another gateway uses this store"));
}

#[tokio::test]
async fn kill_dash_nine_loses_no_acknowledged_span() {
    let dir = tempfile::tempdir().unwrap();
    let mut process = Process::start(&mut command(&dir));
    for id in 1..=50 {
        process.export(id).await;
    }
    process.child.kill().unwrap();
    process.child.wait().unwrap();
    let restarted = Process::start(&mut command(&dir));
    assert_eq!(restarted.spans_kept().await, 50);
}

#[tokio::test]
#[cfg(unix)]
async fn sigterm_ends_it_cleanly_with_all_spans_in_one_file() {
    let dir = tempfile::tempdir().unwrap();
    let mut process = Process::start(&mut command(&dir));
    process.export(1).await;
    let pid = process.child.id().to_string();
    assert!(Command::new("kill").arg(pid).status().unwrap().success());
    assert!(process.child.wait().unwrap().success());
    let names = std::fs::read_dir(dir.path()).unwrap();
    let mut names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["traces.db", "traces.db-lock"]);
}

#[tokio::test]
async fn the_log_says_where_it_forwards_and_never_the_key() {
    let dir = tempfile::tempdir().unwrap();
    let mut command = command(&dir);
    command
        .env("HONEYCOMB_API_KEY", KEY)
        .env("HONEYCOMB_API_ENDPOINT", "http://user:password@127.0.0.1:9");
    let process = Process::start(&mut command);
    assert_eq!(process.log[0], "honeycomb: on (http://127.0.0.1:9)");
    assert!(process.log.iter().all(|line| !line.contains(KEY)));
}
