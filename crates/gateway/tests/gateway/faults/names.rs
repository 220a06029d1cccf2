//! An unresponsive name server.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use super::own_mounts;
use crate::support::{KEY, Process, command_after};

/// An address that is reserved for documentation. The loopback device silently drops packets to
/// it.
const UNUSED_ADDRESS: &str = "192.0.2.1";

/// [`UNUSED_ADDRESS`], port 53, as written in the kernel's table of UDP sockets.
const NAME_SERVER_SOCKET: &str = "010200C0:0035";

/// Waits until the process queries the name server.
fn wait_for_query(process: &Process) {
    let sockets = format!("/proc/{}/net/udp", process.child.id());
    let started = Instant::now();
    while !std::fs::read_to_string(&sockets)
        .unwrap()
        .contains(NAME_SERVER_SOCKET)
    {
        assert!(started.elapsed() < Duration::from_secs(20), "no query");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn unresponsive_name_server_does_not_delay_shutdown() {
    let has_ip = Command::new("ip").arg("-V").output().is_ok();
    let Some(own_network) = own_mounts("mn").filter(|_| has_ip) else {
        return println!("not tested: this system does not allow network namespaces");
    };
    let dir = tempfile::tempdir().unwrap();
    let resolver = dir.path().join("resolv.conf");
    std::fs::write(&resolver, format!("nameserver {UNUSED_ADDRESS}\n")).unwrap();
    let first = format!(
        "ip link set lo up && ip route add {UNUSED_ADDRESS} dev lo && \
         mount --bind \"$RESOLVER\" /etc/resolv.conf"
    );
    let mut command = command_after(&own_network, &first, &dir);
    command.env("HONEYCOMB_API_KEY", KEY).env("NO_PROXY", "*");
    command.env("RESOLVER", &resolver);
    let mut process = Process::start(&mut command);
    wait_for_query(&process);
    let queried = Instant::now();
    let pid = process.child.id().to_string();
    assert!(Command::new("kill").arg(pid).status().unwrap().success());
    assert!(process.child.wait().unwrap().success());
    assert!(queried.elapsed().as_secs() < 5, "{:?}", queried.elapsed());
}
