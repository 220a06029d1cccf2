//! Servers that run for one measurement.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::time::sleep;

use crate::proc;
use crate::program::{free_port, with_usual_file_limit};

const POLL_INTERVAL: Duration = Duration::from_millis(50);
/// A migration of a large file may take two minutes.
const MAX_POLLS: u32 = 2400;

/// Creates a folder that is deleted on drop. It is not the system's temporary folder, which is often in memory.
///
/// # Errors
/// If the target folder cannot be written.
pub fn temporary_folder() -> Result<TempDir> {
    let folder = crate::target().join("tmp");
    std::fs::create_dir_all(&folder)?;
    let mut builder = tempfile::Builder::new();
    Ok(builder.prefix("bench-backend-").tempdir_in(folder)?)
}

/// A server's program with its variables.
#[derive(Debug)]
pub struct Program {
    path: PathBuf,
    arguments: Vec<String>,
    cpu: Option<&'static str>,
    variables: Vec<(&'static str, String)>,
}

impl Program {
    #[must_use]
    pub fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            arguments: Vec::new(),
            cpu: None,
            variables: Vec::new(),
        }
    }

    /// Restricts it to one processor.
    #[must_use]
    pub fn on_cpu(self, cpu: &'static str) -> Self {
        Self {
            cpu: Some(cpu),
            ..self
        }
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, argument: impl Into<String>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Sets a variable.
    #[must_use]
    pub fn env(mut self, name: &'static str, value: String) -> Self {
        self.variables.push((name, value));
        self
    }

    /// Starts it with its address in the variable `listen`, and waits until it listens.
    ///
    /// # Errors
    /// If it cannot be started, ends, or does not listen.
    pub async fn start(self, listen: &str) -> Result<Process> {
        let port = free_port()?;
        let child = self
            .command()
            .args(&self.arguments)
            .envs(self.variables)
            .env(listen, format!("127.0.0.1:{port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn()
            .with_context(|| format!("cannot start {}", self.path.display()))?;
        let mut process = Process { child, port };
        process.wait_until_listening().await?;
        Ok(process)
    }

    fn command(&self) -> Command {
        let Some(cpu) = self.cpu else {
            return with_usual_file_limit(&self.path);
        };
        let mut command = with_usual_file_limit(Path::new("taskset"));
        command.args(["--cpu-list", cpu]).arg(&self.path);
        command
    }
}

/// A running server, which ends on drop.
#[derive(Debug)]
pub struct Process {
    child: Child,
    port: u16,
}

impl Process {
    #[must_use]
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://{}", self.address())
    }

    /// Returns the processor time so far.
    ///
    /// # Errors
    /// If it has ended.
    pub fn cpu_seconds(&self) -> Result<f64> {
        proc::cpu_seconds(self.child.id())
    }

    async fn wait_until_listening(&mut self) -> Result<()> {
        for _ in 0..MAX_POLLS {
            if TcpStream::connect(("127.0.0.1", self.port)).await.is_ok() {
                return Ok(());
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("the server ended with {status}");
            }
            sleep(POLL_INTERVAL).await;
        }
        bail!("the server does not listen on {}", self.address())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
