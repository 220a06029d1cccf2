//! Every process group that runs, in the order of its start, and how to end it.

use std::io;
use std::process::Child;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};

use super::watchdog;

/// How long a group may take to end by itself: servers flush their spans, compilers remove their files.
const PATIENCE: Duration = Duration::from_secs(5);

static RUNNING: Mutex<Groups> = Mutex::new(Groups {
    pids: Vec::new(),
    closed: false,
});

struct Groups {
    pids: Vec<Pid>,
    /// Set once everything is to end: nothing new may start then.
    closed: bool,
}

/// Starts a child by `spawn` and remembers its group; refuses once [`end_all`] was called.
pub(super) fn start(spawn: impl FnOnce() -> io::Result<Child>) -> io::Result<Child> {
    let mut groups = locked();
    if groups.closed {
        return Err(io::Error::new(
            io::ErrorKind::Interrupted,
            "everything is being stopped",
        ));
    }
    let child = spawn()?;
    watchdog::add(child.id());
    groups.pids.extend(pid(child.id()));
    Ok(child)
}

/// Ends what is left of the group that the child `id` led.
pub(crate) fn end(id: u32) {
    if let Some(pid) = pid(id) {
        end_group(pid);
        watchdog::remove(id);
        locked().pids.retain(|running| *running != pid);
    }
}

/// Ends all groups, the last started first: who uses a server goes before the server does.
pub(crate) fn end_all() {
    let pids = {
        let mut groups = locked();
        groups.closed = true;
        groups.pids.clone()
    };
    pids.into_iter().rev().for_each(end_group);
}

fn end_group(pid: Pid) {
    let asked = Instant::now();
    let mut signal = Signal::TERM;
    // The call fails once nobody of the group is left, which is what we wait for.
    while kill_process_group(pid, signal).is_ok() && !gone_within(pid, asked + PATIENCE) {
        signal = Signal::KILL;
        if asked.elapsed() > 2 * PATIENCE {
            return;
        }
    }
}

fn gone_within(pid: Pid, deadline: Instant) -> bool {
    while test_kill_process_group(pid).is_ok() {
        if Instant::now() >= deadline {
            // A killed group needs a moment to disappear, too.
            thread::sleep(Duration::from_millis(100));
            return false;
        }
        thread::sleep(Duration::from_millis(10));
    }
    true
}

fn pid(id: u32) -> Option<Pid> {
    i32::try_from(id).ok().and_then(Pid::from_raw)
}

fn locked() -> MutexGuard<'static, Groups> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}
