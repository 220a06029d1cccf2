//! A disk that is full: a small one, and a limit that stands in for it where no system
//! calls for a small one are allowed.

use std::process::Command;

use reqwest::Response;
use serde_json::Value;

use super::{assert_kept, own_mounts, trace};
use crate::support::{Process, client, command_after, post};

/// Sends traces of the one who fills the disk; the number says which.
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

async fn goes_on_when_there_is_room(process: &Process, make_room: impl FnOnce()) {
    let mut taken = Vec::new();
    let refused = loop {
        let number = u32::try_from(taken.len()).unwrap();
        assert!(number < 10_000, "the disk is never full");
        let answer = send(process, number).await;
        if answer.status() != 200 {
            break answer;
        }
        taken.push((0, number));
    };
    assert_eq!(refused.status(), 503);
    assert_eq!(refused.headers()["retry-after"], "1");
    // It still answers, says what is wrong, shows what it has, and holds nothing of what it refused.
    let (status, health) = healthy(process).await;
    assert_eq!((status, &health["healthy"]), (503, &Value::Bool(false)));
    assert!(health["store_error"].is_string(), "{health}");
    assert_eq!(health["refused"]["not_stored"], 1);
    assert_kept(process, &taken).await;
    make_room();
    let number = u32::try_from(taken.len()).unwrap();
    for number in number..number + 10 {
        assert_eq!(send(process, number).await.status(), 200);
        taken.push((0, number));
    }
    assert_eq!(healthy(process).await.0, 200);
    assert_kept(process, &taken).await;
    println!("full after {number} traces; all there, and more once there was room");
}

#[tokio::test]
async fn a_full_disk_is_503_with_retry_after_and_when_there_is_room_all_goes_on() {
    let Some(own_mounts) = own_mounts("m") else {
        return println!("not tested: this system lets nobody mount a small disk");
    };
    let dir = tempfile::tempdir().unwrap();
    let disk = dir.path().display();
    let first = format!(
        "mount -t tmpfs -o size=16m tmpfs '{disk}' && head -c 14m /dev/zero > '{disk}/ballast'"
    );
    let process = Process::start(&mut command_after(&own_mounts, &first, &dir));
    // The way to the disk that only this process sees.
    let ballast = format!("/proc/{}/root{disk}/ballast", process.child.id());
    goes_on_when_there_is_room(&process, || std::fs::remove_file(ballast).unwrap()).await;
}

/// Writing fails in the same place, with another error.
#[tokio::test]
async fn a_file_that_may_not_grow_is_503_with_retry_after_and_when_it_may_all_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let first = "trap '' XFSZ && ulimit -S -f 1000";
    let process = Process::start(&mut command_after(&[], first, &dir));
    let pid = process.child.id().to_string();
    let more = || {
        let mut command = Command::new("prlimit");
        command.args(["--fsize=unlimited", "--pid", &pid]);
        assert!(command.status().unwrap().success());
    };
    goes_on_when_there_is_room(&process, more).await;
}
