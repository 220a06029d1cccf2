//! The running process groups in the order of their start, and how to end them.

use std::io;
use std::process::Child;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};

use super::watchdog;

/// How long a group may take to end after SIGTERM: servers flush their spans, compilers remove their files.
const END_TIMEOUT: Duration = Duration::from_secs(5);

static RUNNING: Mutex<Groups> = Mutex::new(Groups {
    pids: Vec::new(),
    closed: false,
});

struct Groups {
    pids: Vec<Pid>,
    /// Whether everything is being stopped. Nothing may start then.
    closed: bool,
}

/// Starts a child with `spawn` and registers its group. Fails after [`end_all`].
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

/// Ends the rest of the process group of child `id`.
pub(crate) fn end(id: u32) {
    if let Some(pid) = pid(id) {
        end_group(pid);
        watchdog::remove(id);
        locked().pids.retain(|running| *running != pid);
    }
}

/// Ends all groups in the reverse order of their start, so clients end before their servers.
pub(crate) fn end_all() {
    let pids = {
        let mut groups = locked();
        groups.closed = true;
        groups.pids.clone()
    };
    pids.into_iter().rev().for_each(end_group);
}

fn end_group(pid: Pid) {
    let began = Instant::now();
    let mut signal = Signal::TERM;
    // The call fails once the group is empty.
    while kill_process_group(pid, signal).is_ok() && !ended_by(pid, began + END_TIMEOUT) {
        signal = Signal::KILL;
        if began.elapsed() > 2 * END_TIMEOUT {
            return;
        }
    }
}

fn ended_by(pid: Pid, deadline: Instant) -> bool {
    while test_kill_process_group(pid).is_ok() {
        if Instant::now() >= deadline {
            // A killed group needs a moment to end, too.
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
