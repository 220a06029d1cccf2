//! A name server that does not answer.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use super::own_mounts;
use crate::support::{KEY, Process, command_after};

/// The documentation's own addresses, which are nobody's: what is sent there over the
/// loopback device is dropped without a word.
const NOBODY: &str = "192.0.2.1";

/// [`NOBODY`], port 53, as the kernel's table of UDP sockets writes them.
const ASKED: &str = "010200C0:0035";

/// Waits until somebody asks the name server.
fn is_asking(process: &Process) {
    let sockets = format!("/proc/{}/net/udp", process.child.id());
    let started = Instant::now();
    while !std::fs::read_to_string(&sockets).unwrap().contains(ASKED) {
        assert!(started.elapsed() < Duration::from_secs(20), "no question");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_name_server_that_does_not_answer_does_not_delay_the_stop() {
    let has_ip = Command::new("ip").arg("-V").output().is_ok();
    let Some(own_network) = own_mounts("mn").filter(|_| has_ip) else {
        return println!("not tested: this system lets nobody have a network of his own");
    };
    let dir = tempfile::tempdir().unwrap();
    let resolver = dir.path().join("resolv.conf");
    std::fs::write(&resolver, format!("nameserver {NOBODY}\n")).unwrap();
    let first = format!(
        "ip link set lo up && ip route add {NOBODY} dev lo && \
         mount --bind '{}' /etc/resolv.conf",
        resolver.display()
    );
    let mut command = command_after(&own_network, &first, &dir);
    command.env("HONEYCOMB_API_KEY", KEY).env("NO_PROXY", "*");
    let mut process = Process::start(&mut command);
    is_asking(&process);
    let asked = Instant::now();
    let pid = process.child.id().to_string();
    assert!(Command::new("kill").arg(pid).status().unwrap().success());
    assert!(process.child.wait().unwrap().success());
    assert!(asked.elapsed().as_secs() < 5, "{:?}", asked.elapsed());
}
