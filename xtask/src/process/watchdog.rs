//! Ends our children when we are killed in a way that no program survives to clean up after: `kill -9`, out of memory.
//!
//! A shell that is nobody's child group reads from a pipe which process groups run. The pipe closes when we end,
//! however we do, and then it ends those that are left. A shell, because it must not bear our name: who ends us by
//! name would end it, too.

use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};

/// Reads lines of `+` or `-` and the id of a group. At the end asks what is left to end, waits up to five seconds,
/// and then insists.
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

/// A group runs from now on.
pub(super) fn add(group: u32) {
    tell(&format!("+ {group}\n"));
}

/// A group has ended: its id may soon be another's.
pub(super) fn remove(group: u32) {
    tell(&format!("- {group}\n"));
}

fn tell(line: &str) {
    if let Some(pipe) = PIPE.get_or_init(start) {
        let mut pipe = pipe.lock().unwrap_or_else(PoisonError::into_inner);
        // Without it everything works, except after `kill -9`.
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
    fn groups_that_still_run_end_when_the_pipe_closes() {
        let [mut left, mut gone] = [sleeper(), sleeper()];
        let mut pipe = start().unwrap().into_inner().unwrap();
        let lines = format!("+ {0}\n+ {1}\n+ 999999999\n- {0}\n", gone.id(), left.id());
        pipe.write_all(lines.as_bytes()).unwrap();
        drop(pipe);
        let began = Instant::now();
        while left.try_wait().unwrap().is_none() {
            assert!(
                began.elapsed() < Duration::from_secs(30),
                "it was not ended"
            );
            std::thread::sleep(Duration::from_millis(10));
        }
        assert!(gone.try_wait().unwrap().is_none(), "it was no longer ours");
        gone.kill().unwrap();
        gone.wait().unwrap();
    }
}
