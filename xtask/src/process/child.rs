//! One running program, its process group and its output.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{ChildStdout, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;

use anyhow::{Context as _, Result};

use super::lines::Lines;
use super::log::Log;
use super::{program, registry};
use crate::variables;

/// A child that runs in a process group of its own.
#[derive(Debug)]
pub(crate) struct Child {
    inner: std::process::Child,
    readers: Vec<JoinHandle<()>>,
    collector: Option<JoinHandle<Vec<String>>>,
    lines: Lines,
}

/// How a child ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    /// The output that explains it, oldest line first.
    pub(crate) excerpt: Vec<String>,
    /// The file with all of its output.
    pub(crate) log: Option<PathBuf>,
    /// Its standard output, if it was collected.
    pub(crate) collected: Vec<String>,
}

impl Child {
    /// Starts `command` and writes its output to the log of `label`.
    pub(crate) fn spawn(label: &'static str, command: Command) -> Result<Self> {
        Self::spawn_logged(label, command, false)
    }

    /// Starts a long-running program. Its output is printed from its first error on, or after [`Lines::show`].
    pub(crate) fn spawn_watched(label: &'static str, command: Command) -> Result<Self> {
        Self::spawn_logged(label, command, true)
    }

    fn spawn_logged(label: &'static str, mut command: Command, watched: bool) -> Result<Self> {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let lines = Lines::new(Log::open(label, &program(&command)));
        let mut child = Self::start(command, lines)?;
        let (out, err) = (child.inner.stdout.take(), child.inner.stderr.take());
        let lines = child.lines.clone();
        let readers = &mut child.readers;
        readers.extend(out.map(|out| lines.follow(label, watched, out)));
        readers.extend(err.map(|err| lines.follow(label, watched, err)));
        Ok(child)
    }

    /// Starts `command` and collects its standard output. Its standard error goes to the log of `label`.
    pub(crate) fn spawn_collecting(label: &'static str, mut command: Command) -> Result<Self> {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let lines = Lines::new(Log::open(label, &program(&command)));
        let mut child = Self::start(command, lines)?;
        child.collector = child.inner.stdout.take().map(collect);
        let err = child.inner.stderr.take();
        let lines = child.lines.clone();
        child
            .readers
            .extend(err.map(|err| lines.follow(label, false, err)));
        Ok(child)
    }

    /// Starts `command` with this program's standard output and error.
    pub(crate) fn spawn_inherited(command: Command) -> Result<Self> {
        Self::start(command, Lines::default())
    }

    fn start(mut command: Command, lines: Lines) -> Result<Self> {
        let name = program(&command);
        variables::keep_loopback_direct(&mut command);
        command.stdin(Stdio::null()).process_group(0);
        let inner = registry::start(|| command.spawn())
            .with_context(|| format!("cannot start `{name}`"))?;
        Ok(Self {
            inner,
            readers: Vec::new(),
            collector: None,
            lines,
        })
    }

    /// Returns the id of the process, which is also the id of its group.
    pub(crate) fn id(&self) -> u32 {
        self.inner.id()
    }

    pub(crate) fn lines(&self) -> Lines {
        self.lines.clone()
    }

    /// Waits for the process, then ends the rest of its group.
    pub(crate) fn wait(mut self) -> Result<Ended> {
        let status = self.inner.wait().context("cannot wait for a child")?;
        registry::end(self.inner.id());
        for reader in self.readers {
            // A reader that panicked has printed why; the lines it has read are still there.
            drop(reader.join());
        }
        let collected = self.collector.and_then(|collector| collector.join().ok());
        let log = self.lines.log();
        Ok(Ended {
            status,
            excerpt: log.excerpt(),
            log: log.path(),
            collected: collected.unwrap_or_default(),
        })
    }
}

fn collect(stdout: ChildStdout) -> JoinHandle<Vec<String>> {
    std::thread::spawn(move || {
        BufReader::new(stdout)
            .lines()
            .map_while(Result::ok)
            .collect()
    })
}
