//! A back end that runs for one measurement, with its own folder.

use std::{
    path::Path,
    process::{Child, Stdio},
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use bench_runner::{
    builds::Build,
    program::{free_port, with_usual_file_limit},
    target,
};
use tempfile::TempDir;
use tokio::{net::TcpStream, time::sleep};

use crate::seed;

const POLL_INTERVAL: Duration = Duration::from_millis(50);
/// A migration of a large file may take two minutes.
const MAX_POLLS: u32 = 2400;

/// A running back end, which ends on drop.
#[derive(Debug)]
pub(crate) struct Server {
    process: Process,
    _folder: TempDir,
    /// The UUID of the newest crud, which has the replies.
    pub(crate) crud_uuid: String,
}

#[derive(Debug)]
struct Process {
    child: Child,
    port: u16,
}

impl Server {
    /// Starts the build to create its tables, stops it, fills the tables, and starts it again.
    pub(crate) async fn start(build: &Build, replies: u32) -> Result<Self> {
        let folder = target().join("tmp");
        std::fs::create_dir_all(&folder)?;
        let folder = tempfile::Builder::new()
            .prefix("bench-backend-")
            .tempdir_in(folder)?;
        let file = folder.path().join("cruddur.db");
        drop(Process::start(build, &file).await?);
        let crud_uuid = seed::fill(&file, replies)?;
        Ok(Self {
            process: Process::start(build, &file).await?,
            _folder: folder,
            crud_uuid,
        })
    }

    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.process.port)
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address())
    }
}

impl Process {
    async fn start(build: &Build, file: &Path) -> Result<Self> {
        let port = free_port()?;
        let child = with_usual_file_limit(&build.program)
            .env("CRUDDUR_API_LISTEN", format!("127.0.0.1:{port}"))
            .env("DATABASE_URL", format!("sqlite:{}", file.display()))
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn()
            .with_context(|| format!("cannot start {}", build.program.display()))?;
        let mut process = Self { child, port };
        for _ in 0..MAX_POLLS {
            if TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                return Ok(process);
            }
            if let Some(status) = process.child.try_wait()? {
                bail!("{} ended with {status}", build.program.display());
            }
            sleep(POLL_INTERVAL).await;
        }
        bail!("{} does not listen", build.program.display())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
