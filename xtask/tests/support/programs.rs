//! The descendants of a process, from `/proc`.

use std::fs;
use std::time::{Duration, Instant};

use rustix::process::Pid;

/// A process. Its start time distinguishes it from a later one with the same id.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Program {
    id: u32,
    parent: u32,
    started: String,
    is_zombie: bool,
    pub(crate) name: String,
}

impl Program {
    pub(crate) fn pid(&self) -> Pid {
        Pid::from_raw(self.id.try_into().unwrap()).unwrap()
    }

    fn read(id: u32) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        // The name is in parentheses, and may contain parentheses itself.
        let (head, tail) = stat.rsplit_once(") ")?;
        let fields: Vec<&str> = tail.split_whitespace().collect();
        let name = head.split_once('(')?.1.to_owned();
        Some(Self {
            id,
            parent: fields.get(1)?.parse().ok()?,
            started: (*fields.get(19)?).to_owned(),
            is_zombie: fields.first() == Some(&"Z"),
            name,
        })
    }
}

/// Returns all descendants of `root`.
pub(super) fn below(root: u32) -> Vec<Program> {
    let mut found: Vec<Program> = Vec::new();
    let mut others: Vec<Program> = ids().filter_map(Program::read).collect();
    loop {
        let is_below = |program: &Program| {
            program.parent == root || found.iter().any(|above| above.id == program.parent)
        };
        let (below, rest): (Vec<_>, Vec<_>) = others.into_iter().partition(is_below);
        if below.is_empty() {
            return found;
        }
        found.extend(below);
        others = rest;
    }
}

/// How long programs may take to end after their parent.
const END_TIMEOUT: Duration = Duration::from_secs(20);

/// Waits until all of `programs` have ended. Returns false if there are none, or after [`END_TIMEOUT`].
pub(crate) fn all_end(programs: &[Program]) -> bool {
    let began = Instant::now();
    while programs.iter().any(runs) {
        if began.elapsed() > END_TIMEOUT {
            return false;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    !programs.is_empty()
}

fn runs(program: &Program) -> bool {
    Program::read(program.id).is_some_and(|now| now.started == program.started && !now.is_zombie)
}

fn ids() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").unwrap();
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}
