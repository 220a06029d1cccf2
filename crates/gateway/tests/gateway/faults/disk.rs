//! A full disk: a small file system, and a file size limit for systems that forbid mounting one.

use std::process::Command;

use reqwest::Response;
use serde_json::Value;

use super::{assert_stored, own_mounts, trace};
use crate::support::{Process, client, command_after, post};

/// Sends the trace with this number.
async fn send(process: &Process, number: u32) -> Response {
    post(&process.url, &trace(0, number)).await
}

async fn healthy(process: &Process) -> (u16, Value) {
    let answer = client()
        .get(format!("{}/healthz", process.url))
        .send()
        .await;
    let answer = answer.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn assert_recovers(process: &Process, free_space: impl FnOnce()) {
    let mut stored = Vec::new();
    let refused = loop {
        let number = u32::try_from(stored.len()).unwrap();
        assert!(number < 10_000, "the disk is never full");
        let answer = send(process, number).await;
        if answer.status() != 200 {
            break answer;
        }
        stored.push((0, number));
    };
    assert_eq!(refused.status(), 503);
    assert_eq!(refused.headers()["retry-after"], "1");
    // It reports the error, still shows stored traces, and has nothing of the rejected one.
    let (status, health) = healthy(process).await;
    assert_eq!((status, &health["healthy"]), (503, &Value::Bool(false)));
    assert!(health["store_error"].is_string(), "{health}");
    assert_eq!(health["refused"]["not_stored"], 1);
    assert_stored(process, &stored).await;
    free_space();
    let number = u32::try_from(stored.len()).unwrap();
    for number in number..number + 10 {
        assert_eq!(send(process, number).await.status(), 200);
        stored.push((0, number));
    }
    assert_eq!(healthy(process).await.0, 200);
    assert_stored(process, &stored).await;
    println!("full after {number} traces; all are stored, and more once there was space");
}

#[tokio::test]
async fn full_disk_is_503_until_there_is_space() {
    let Some(own_mounts) = own_mounts("m") else {
        return println!("not tested: this system does not allow mounting a small disk");
    };
    let dir = tempfile::tempdir().unwrap();
    let first =
        r#"mount -t tmpfs -o size=16m tmpfs "$DISK" && head -c 14m /dev/zero > "$DISK/ballast""#;
    let mut command = command_after(&own_mounts, first, &dir);
    let process = Process::start(command.env("DISK", dir.path()));
    // The path of the disk in the process's mount namespace.
    let disk = dir.path().display();
    let ballast = format!("/proc/{}/root{disk}/ballast", process.child.id());
    assert_recovers(&process, || std::fs::remove_file(ballast).unwrap()).await;
}

/// A write fails at the same point, with another error.
#[tokio::test]
async fn file_size_limit_is_503_until_it_is_raised() {
    let dir = tempfile::tempdir().unwrap();
    let first = "trap '' XFSZ && ulimit -S -f 1000";
    let process = Process::start(&mut command_after(&[], first, &dir));
    let pid = process.child.id().to_string();
    let more = || {
        let mut command = Command::new("prlimit");
        command.args(["--fsize=unlimited", "--pid", &pid]);
        assert!(command.status().unwrap().success());
    };
    assert_recovers(&process, more).await;
}
