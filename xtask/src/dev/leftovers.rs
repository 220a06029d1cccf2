//! Programs that an earlier `cargo xtask dev` left running because it was killed.
//!
//! Each run lists its programs in a file below `target/dev/running`. A process is identified by its id and its start
//! time, because ids are reused.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::process::{self, registry};
use crate::workspace;

/// One line of a record: process id, start time, label.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Program {
    label: String,
    id: u32,
    started: String,
}

impl Program {
    fn new(label: &str, id: u32) -> Option<Self> {
        Some(Self {
            label: label.to_owned(),
            id,
            started: start_time(id)?,
        })
    }

    fn parse(line: &str) -> Option<Self> {
        let mut fields = line.split('\t');
        let (id, started, label) = (fields.next()?, fields.next()?, fields.next()?);
        Some(Self {
            label: label.to_owned(),
            id: id.parse().ok()?,
            started: started.to_owned(),
        })
    }

    fn line(&self) -> String {
        format!("{}\t{}\t{}\n", self.id, self.started, self.label)
    }

    fn runs(&self) -> bool {
        start_time(self.id).is_some_and(|started| started == self.started)
    }
}

/// The record of this run. The file is removed on drop.
#[derive(Debug)]
pub(super) struct Record(Option<PathBuf>);

impl Record {
    pub(super) fn new() -> Result<Self> {
        let id = std::process::id();
        let path = workspace::create_dir(folder())?.join(id.to_string());
        let own = Program::new("xtask", id);
        let text = own.map(|own| own.line()).unwrap_or_default();
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self(Some(path)))
    }

    /// Records nothing.
    #[cfg(test)]
    pub(super) fn disabled() -> Self {
        Self(None)
    }

    pub(super) fn add(&self, label: &str, id: u32) {
        let (Some(path), Some(program)) = (&self.0, Program::new(label, id)) else {
            return;
        };
        if let Ok(mut file) = OpenOptions::new().append(true).open(path) {
            // The record is only read after a crash.
            drop(file.write_all(program.line().as_bytes()));
        }
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            drop(fs::remove_file(path));
        }
    }
}

/// Ends the programs that earlier runs left behind. Fails if another run is alive: two stacks would share their data
/// and the folder of the page.
pub(super) fn end() -> Result<()> {
    end_below(&folder())
}

fn end_below(folder: &Path) -> Result<()> {
    let Ok(records) = fs::read_dir(folder) else {
        return Ok(());
    };
    let mut alive = None;
    for record in records {
        let path = record?.path();
        let Ok(text) = fs::read_to_string(&path) else {
            continue;
        };
        let mut programs = text.lines().filter_map(Program::parse);
        if let Some(xtask) = programs.next().filter(Program::runs) {
            alive = Some(xtask.id);
            continue;
        }
        for program in programs.filter(Program::runs) {
            process::print(&format!(
                "ending the {} (process {}) that an earlier `cargo xtask dev` left behind",
                program.label, program.id
            ));
            registry::end(program.id);
        }
        drop(fs::remove_file(path));
    }
    if let Some(id) = alive {
        bail!(
            "`cargo xtask dev` is already running in this checkout (process {id}): stop it with Ctrl-C, or start the \
             second one in another clone"
        );
    }
    Ok(())
}

fn folder() -> PathBuf {
    workspace::target().join("dev/running")
}

/// Returns the start time of a running process, in the kernel's ticks.
fn start_time(id: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name is in parentheses, and may contain parentheses itself.
    let (_, fields) = stat.rsplit_once(") ")?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let has_ended = matches!(fields.first(), Some(&("Z" | "X")));
    let started = fields.get(19).map(|started| (*started).to_owned());
    started.filter(|_| !has_ended)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::process::CommandExt as _;
    use std::process::{Child, Command, Stdio};

    fn sleeper() -> Child {
        let mut sleep = Command::new("sleep");
        sleep.arg("600").process_group(0);
        sleep.stdout(Stdio::null()).stderr(Stdio::null());
        sleep.spawn().unwrap()
    }

    fn record(folder: &Path, xtask: &Program, programs: &[Program]) {
        let lines = programs.iter().map(Program::line);
        let text = xtask.line() + &lines.collect::<String>();
        fs::write(folder.join(xtask.id.to_string()), text).unwrap();
    }

    #[test]
    fn only_programs_of_killed_runs_are_ended() {
        let folder = std::env::temp_dir().join(format!("xtask-left-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let [mut left, mut other, mut later] = [sleeper(), sleeper(), sleeper()];
        let program = |child: &Child| Program::new("example", child.id()).unwrap();
        let dead = Program {
            label: "xtask".to_owned(),
            id: 999_999_999,
            started: "1".to_owned(),
        };
        // The id was reused by another program.
        let reused = Program {
            started: "1".to_owned(),
            ..program(&later)
        };
        record(&folder, &dead, &[program(&left), reused]);
        let alive = Program::new("xtask", std::process::id()).unwrap();
        record(&folder, &alive, &[program(&other)]);

        let error = end_below(&folder).unwrap_err().to_string();
        assert!(
            error.contains("already running in this checkout"),
            "{error}"
        );
        assert!(!left.wait().unwrap().success(), "it was ended");
        assert!(other.try_wait().unwrap().is_none(), "its xtask is alive");
        assert!(later.try_wait().unwrap().is_none(), "it is another program");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        for child in [&mut other, &mut later] {
            child.kill().unwrap();
            child.wait().unwrap();
        }
        fs::remove_dir_all(folder).unwrap();
    }
}
