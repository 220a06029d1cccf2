//! Ends the child processes if this program is killed (`kill -9`, out of memory).
//!
//! A shell in a process group of its own reads from a pipe which process groups run. The pipe closes however this
//! program ends, and then the shell ends the remaining groups. It is a shell because its name must differ from this
//! program's: killing xtask by name would end it too.

use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};

/// Reads lines of `+` or `-` and the id of a group. At the end of input, sends SIGTERM to the remaining groups, waits up
/// to five seconds, and sends SIGKILL.
const SCRIPT: &str = r#"
trap '' INT HUP TERM
groups=' '
while read -r what group; do
    case $what in
        +) groups="$groups$group " ;;
        -) groups="${groups%% $group *} ${groups#* $group }" ;;
    esac
done
for group in $groups; do kill -s TERM -- "-$group" 2>/dev/null; done
tries=0
while [ $tries -lt 50 ]; do
    left=
    for group in $groups; do kill -s 0 -- "-$group" 2>/dev/null && left=yes; done
    [ -z "$left" ] && exit 0
    sleep 0.1
    tries=$((tries + 1))
done
for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done
"#;

static PIPE: OnceLock<Option<Mutex<ChildStdin>>> = OnceLock::new();

/// Registers a running group.
pub(super) fn add(group: u32) {
    send(&format!("+ {group}\n"));
}

/// Removes a group that has ended, because its id may be reused.
pub(super) fn remove(group: u32) {
    send(&format!("- {group}\n"));
}

fn send(line: &str) {
    if let Some(pipe) = PIPE.get_or_init(start) {
        let mut pipe = pipe.lock().unwrap_or_else(PoisonError::into_inner);
        // Without the watchdog, only the cleanup after `kill -9` is missing.
        drop(pipe.write_all(line.as_bytes()));
    }
}

fn start() -> Option<Mutex<ChildStdin>> {
    let mut shell = Command::new("sh");
    shell.args(["-c", SCRIPT]).process_group(0);
    shell
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut child = shell.spawn().ok()?;
    child.stdin.take().map(Mutex::new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    fn sleeper() -> std::process::Child {
        Command::new("sleep")
            .arg("600")
            .process_group(0)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    #[test]
    fn registered_groups_end_when_the_pipe_closes() {
        let [mut registered, mut removed] = [sleeper(), sleeper()];
        let mut pipe = start().unwrap().into_inner().unwrap();
        let lines = format!(
            "+ {0}\n+ {1}\n+ 999999999\n- {0}\n",
            removed.id(),
            registered.id()
        );
        pipe.write_all(lines.as_bytes()).unwrap();
        drop(pipe);
        let began = Instant::now();
        while registered.try_wait().unwrap().is_none() {
            assert!(
                began.elapsed() < Duration::from_secs(30),
                "the registered group runs"
            );
            std::thread::sleep(Duration::from_millis(10));
        }
        assert!(removed.try_wait().unwrap().is_none());
        removed.kill().unwrap();
        removed.wait().unwrap();
    }
}
