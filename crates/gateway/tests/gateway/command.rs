//! The program itself: its help, its errors, and what it survives.

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
        export(&process, id).await;
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

#[tokio::test]
async fn a_sink_that_is_turned_off_says_how_many_spans_it_leaves() {
    let dir = tempfile::tempdir().unwrap();
    let nobody = ("HONEYCOMB_API_ENDPOINT", "http://127.0.0.1:9");
    let mut with_key = command(&dir);
    with_key
        .env("HONEYCOMB_API_KEY", KEY)
        .env(nobody.0, nobody.1);
    let process = Process::start(&mut with_key);
    for id in 1..=3 {
        export(&process, id).await;
    }
    drop(process);
    for says in ["honeycomb: off, 3 waiting spans will not be sent\n", ""] {
        let log = tempfile::NamedTempFile::new().unwrap();
        let mut without_key = command(&dir);
        drop(Process::start(without_key.stderr(log.reopen().unwrap())));
        assert_eq!(std::fs::read_to_string(log.path()).unwrap(), says);
    }
}

#[test]
fn the_documented_file_is_what_the_program_prints() {
    let dir = tempfile::tempdir().unwrap();
    let output = command(&dir).arg("config").output().unwrap();
    let documented = include_str!("../../../../deploy/otel-web-gateway.toml");
    assert_eq!(String::from_utf8_lossy(&output.stdout), documented);
}

#[test]
fn two_tasks_at_once_are_refused_and_nothing_is_done() {
    let dir = tempfile::tempdir().unwrap();
    let output = command(&dir).args(["check", "config"]).output().unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    let expected = "check and config do not go together: see --help\n";
    assert_eq!(stderr(&output), expected);
}
