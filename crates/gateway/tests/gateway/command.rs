//! The program: help, errors, crashes and shutdown.

use std::process::{Command, Output};

use crate::support::{KEY, Process, command, post, request, span};

async fn export(process: &Process, id: u8) {
    let spans = request("shop", vec![span(1, id, "a")]);
    assert_eq!(post(&process.url, &spans).await.status(), 200);
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn help_has_all_variables_and_examples() {
    let dir = tempfile::tempdir().unwrap();
    let output = command(&dir).arg("--help").output().unwrap();
    assert!(output.status.success());
    let help = String::from_utf8_lossy(&output.stdout).into_owned();
    let settings = include_str!("../../src/config/settings.rs");
    let is_variable = |text: &&str| {
        let mut chars = text.chars();
        text.len() > 8
            && *text != "CARGO_PKG_NAME"
            && chars.all(|char| char.is_ascii_uppercase() || char == '_')
    };
    let names: Vec<_> = settings.split('"').filter(is_variable).collect();
    let missing: Vec<_> = names.iter().filter(|name| !help.contains(**name)).collect();
    assert!(names.len() > 30 && missing.is_empty(), "{missing:?}");
    assert!(help.contains("Examples:"));
}

#[tokio::test]
async fn port_in_use_is_one_error() {
    let dir = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = command(&dir)
        .env("OTEL_WEB_GATEWAY_LISTEN", &address)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let expected = format!(
        "cannot listen on {address}; set OTEL_WEB_GATEWAY_LISTEN to another address: \
         Address already in use"
    );
    let log = stderr(&output);
    assert!(log.contains(&expected), "{log}");
    assert_eq!(log.lines().count(), 1, "{log}");
}

#[test]
fn database_that_cannot_be_written_is_one_error() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("missing/traces.db");
    let output = command(&dir)
        .env("OTEL_WEB_GATEWAY_DB", &file)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let message = stderr(&output);
    assert!(message.contains("missing/traces.db"), "{message}");
    assert!(message.contains("OTEL_WEB_GATEWAY_DB"), "{message}");
    assert_eq!(message.lines().count(), 1, "{message}");
}

#[test]
fn invalid_log_level_is_explained_once() {
    let dir = tempfile::tempdir().unwrap();
    let output = command(&dir).args(["--log-filter", "a=loud"]).output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(2));
    let message = stderr(&output);
    assert_eq!(message.matches("expected one of").count(), 1, "{message}");
}

#[test]
fn second_gateway_on_a_store_fails() {
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
        export(&process, id).await;
    }
    process.child.kill().unwrap();
    process.child.wait().unwrap();
    let restarted = Process::start(&mut command(&dir));
    assert_eq!(restarted.spans_kept().await, 50);
}

#[tokio::test]
#[cfg(unix)]
async fn sigterm_leaves_all_spans_in_one_file() {
    let dir = tempfile::tempdir().unwrap();
    let mut process = Process::start(&mut command(&dir));
    export(&process, 1).await;
    let pid = process.child.id().to_string();
    assert!(Command::new("kill").arg(pid).status().unwrap().success());
    assert!(process.child.wait().unwrap().success());
    let names = std::fs::read_dir(dir.path()).unwrap();
    let mut names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["traces.db", "traces.db-lock"]);
}

#[tokio::test]
async fn log_has_the_address_of_a_sink_and_not_its_key() {
    let dir = tempfile::tempdir().unwrap();
    let mut command = command(&dir);
    command
        .env("HONEYCOMB_API_KEY", KEY)
        .env("HONEYCOMB_API_ENDPOINT", "http://user:password@127.0.0.1:9");
    let process = Process::start(&mut command);
    let (log, target) = (process.log(), "sink=honeycomb target=http://127.0.0.1:9");
    assert!(log[0].ends_with(target), "{log:?}");
    assert!(
        log.iter()
            .all(|line| !line.contains(KEY) && !line.contains("password"))
    );
}

#[tokio::test]
async fn spans_of_a_sink_that_was_turned_off_are_logged_once() {
    let dir = tempfile::tempdir().unwrap();
    let unreachable = ("HONEYCOMB_API_ENDPOINT", "http://127.0.0.1:9");
    let mut with_key = command(&dir);
    with_key
        .env("HONEYCOMB_API_KEY", KEY)
        .env(unreachable.0, unreachable.1);
    let process = Process::start(&mut with_key);
    for id in 1..=3 {
        export(&process, id).await;
    }
    drop(process);
    for is_logged in [true, false] {
        let log = Process::start(&mut command(&dir)).log();
        let is_about_sink = |line: &String| line.contains("sink=honeycomb waiting=3");
        assert_eq!(log.iter().any(is_about_sink), is_logged, "{log:?}");
    }
}

#[test]
fn documented_file_in_deploy_is_up_to_date() {
    let dir = tempfile::tempdir().unwrap();
    let output = command(&dir).arg("config").output().unwrap();
    let documented = include_str!("../../../../deploy/otel-web-gateway.toml");
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        documented,
        "run otel-web-gateway config > deploy/otel-web-gateway.toml"
    );
}

#[test]
fn two_subcommands_are_a_usage_error() {
    let dir = tempfile::tempdir().unwrap();
    let output = command(&dir).args(["check", "config"]).output().unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    assert!(stderr(&output).contains("--help"), "{}", stderr(&output));
}

#[test]
fn log_as_json_has_one_object_per_line() {
    let dir = tempfile::tempdir().unwrap();
    let process = Process::start(command(&dir).args(["--log-format", "json"]));
    let log = process.log();
    for line in &log {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(event["timestamp"].is_string(), "{line}");
        assert_eq!(event["level"], "INFO", "{line}");
    }
    assert!(log.last().is_some_and(|line| line.contains("listening on")));
}

#[test]
fn flags_override_the_environment() {
    let dir = tempfile::tempdir().unwrap();
    let other = dir.path().join("other.db");
    let process = Process::start(command(&dir).arg("--db").arg(&other));
    drop(process);
    assert!(other.exists() && !dir.path().join("traces.db").exists());
}

/// A trace in a watched project would build the project again, and load its page again, without end.
#[tokio::test]
async fn default_store_is_in_the_users_folder() {
    for variable in ["HOME", "XDG_STATE_HOME"] {
        let [home, current] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let with_folders = |mut command: Command| {
            command
                .env_remove("OTEL_WEB_GATEWAY_DB")
                .env("HOME", "/nonexistent")
                .env(variable, home.path())
                .current_dir(&current);
            command
        };
        let check = with_folders(command(&current)).arg("check").output();
        assert!(check.unwrap().status.success());
        let process = Process::start(&mut with_folders(command(&current)));
        export(&process, 1).await;
        let state = match variable {
            "HOME" => home.path().join(".local/state"),
            _ => home.path().to_owned(),
        };
        assert!(state.join("otel-web-gateway/traces.db").exists());
        assert_eq!(std::fs::read_dir(&current).unwrap().count(), 0);
    }
}

#[test]
fn default_store_that_cannot_be_created_is_explained() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "").unwrap();
    let mut command = command(&dir);
    command.env_remove("OTEL_WEB_GATEWAY_DB");
    let output = command.env("XDG_STATE_HOME", &file).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let message = stderr(&output);
    assert!(message.contains("OTEL_WEB_GATEWAY_DB"), "{message}");
    assert!(message.contains("Not a directory"), "{message}");
}

#[test]
fn completions_are_printed() {
    let dir = tempfile::tempdir().unwrap();
    let output = command(&dir)
        .args(["completions", "bash"])
        .output()
        .unwrap();
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stdout).contains("--keep-hours"));
}
