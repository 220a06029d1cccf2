//! One running program, its process group and its last lines.

use std::collections::VecDeque;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use anyhow::{Context as _, Result};

use super::{lines, program, registry};

/// A child that runs in a process group of its own.
#[derive(Debug)]
pub(crate) struct Child {
    inner: std::process::Child,
    readers: Vec<JoinHandle<()>>,
    tail: Arc<Mutex<VecDeque<String>>>,
}

/// How a child ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    /// Its last lines, oldest first.
    pub(crate) tail: Vec<String>,
}

impl Child {
    /// Starts `command`; each line it prints is shown behind `label`.
    pub(crate) fn spawn(label: &'static str, mut command: Command) -> Result<Self> {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = Self::start(command)?;
        let (out, err) = (child.inner.stdout.take(), child.inner.stderr.take());
        child
            .readers
            .extend(out.map(|out| lines::follow(label, out, &child.tail)));
        child
            .readers
            .extend(err.map(|err| lines::follow(label, err, &child.tail)));
        Ok(child)
    }

    /// Starts `command` on our own standard output and error.
    pub(crate) fn spawn_plainly(command: Command) -> Result<Self> {
        Self::start(command)
    }

    fn start(mut command: Command) -> Result<Self> {
        let name = program(&command);
        command.stdin(Stdio::null()).process_group(0);
        let inner = registry::start(|| command.spawn())
            .with_context(|| format!("cannot start `{name}`"))?;
        Ok(Self {
            inner,
            readers: Vec::new(),
            tail: Arc::default(),
        })
    }

    /// The id of the process, which is also its group's.
    pub(crate) fn id(&self) -> u32 {
        self.inner.id()
    }

    /// Waits until it ends, then ends whatever of its group is left.
    pub(crate) fn wait(mut self) -> Result<Ended> {
        let status = self.inner.wait().context("cannot wait for a child")?;
        registry::end(self.inner.id());
        for reader in self.readers {
            // A reader that panicked has already said so; the lines it kept are still there.
            drop(reader.join());
        }
        let tail = lines::locked(&self.tail).drain(..).collect();
        Ok(Ended { status, tail })
    }
}
