//! A server that runs for one measurement, with its own folder.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use bench_runner::{
    program::{free_port, with_usual_file_limit},
    target,
};
use tempfile::TempDir;
use tokio::{net::TcpStream, time::sleep};

use crate::peers::{Api, Peer};

/// Returns the folder of the stores. It is not the system's temporary folder, which is often in memory, where a commit
/// costs nothing.
fn folder() -> Result<PathBuf> {
    let folder = target().join("tmp");
    fs::create_dir_all(&folder)?;
    Ok(folder.canonicalize()?)
}

/// Returns the file system of the stores, such as `ext2/ext3`. On `tmpfs` their figures would be meaningless.
pub(crate) fn file_system() -> Result<String> {
    let mut stat = Command::new("stat");
    let printed = stat.args(["-f", "-c", "%T"]).arg(folder()?).output()?;
    Ok(String::from_utf8_lossy(&printed.stdout).trim().to_owned())
}

/// A running server, which ends on drop.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    pub(crate) port: u16,
    pub(crate) api: Api,
    dir: TempDir,
}

impl Server {
    /// Starts it. `setting` is an additional variable and its value.
    pub(crate) async fn start(peer: &Peer, setting: Option<(&str, &str)>) -> Result<Self> {
        let (port, dir) = (
            free_port()?,
            tempfile::Builder::new()
                .prefix("bench-gateway-")
                .tempdir_in(folder()?)?,
        );
        let mut command = with_usual_file_limit(&peer.program);
        let api = (peer.start)(&mut command, port, dir.path())?;
        command.envs(setting);
        command.current_dir(dir.path()).stdout(Stdio::null());
        let child = command.stderr(Stdio::null()).spawn();
        let child = child.with_context(|| format!("cannot start {}", peer.program.display()))?;
        let server = Self {
            child,
            port,
            api,
            dir,
        };
        for port in [port, api] {
            wait_until_listening(port, peer.name).await?;
        }
        Ok(server)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Returns the size of its folder.
    pub(crate) fn disk_bytes(&self) -> Result<u64> {
        bytes_in(self.dir.path())
    }
}

async fn wait_until_listening(port: u16, name: &str) -> Result<()> {
    for _ in 0..200 {
        if TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
            return Ok(());
        }
        sleep(Duration::from_millis(50)).await;
    }
    bail!("{name} does not listen on port {port}")
}

fn bytes_in(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        bytes += match entry.metadata()? {
            folder if folder.is_dir() => bytes_in(&entry.path())?,
            file => file.len(),
        };
    }
    Ok(bytes)
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
