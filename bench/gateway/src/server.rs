//! The servers that are compared: how each is started, and how to stop it.

use std::{
    env,
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use tempfile::TempDir;
use tokio::{net::TcpStream, time::sleep};

/// A program that takes OTLP/HTTP.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) name: &'static str,
    program: PathBuf,
    start: fn(&mut Command, port: u16, dir: &TempDir),
    /// It stores spans and lists traces.
    pub(crate) keeps: bool,
}

/// Ours, and those whose program a variable names.
pub(crate) fn present() -> Vec<Peer> {
    let peer = |name, variable, start, keeps| {
        let program = PathBuf::from(env::var_os(variable)?);
        Some(Peer {
            name,
            program,
            start,
            keeps,
        })
    };
    let ours: fn(&mut Command, u16, &TempDir) = start_ours;
    let peers = [
        peer("otel-web-gateway", "CRUDDUR_GATEWAY_BIN", ours, true),
        peer("otelite", "OTELITE_BIN", start_otelite, false),
        peer("rotel", "ROTEL_BIN", start_rotel, false),
    ];
    peers.into_iter().flatten().collect()
}

fn start_ours(command: &mut Command, port: u16, dir: &TempDir) {
    command
        .env("OTEL_WEB_GATEWAY_LISTEN", format!("127.0.0.1:{port}"))
        .env("OTEL_WEB_GATEWAY_DB", dir.path().join("traces.db"))
        .env("OTEL_WEB_GATEWAY_KEEP_MB", "16384");
}

fn start_otelite(command: &mut Command, port: u16, dir: &TempDir) {
    let spare = free_port().unwrap_or_default();
    command
        .args(["serve", "--addr", "127.0.0.1:0"])
        .arg("--http-addr")
        .arg(format!("127.0.0.1:{port}"))
        .arg("--grpc-addr")
        .arg(format!("127.0.0.1:{spare}"))
        .arg("--storage-path")
        .arg(dir.path());
}

/// It keeps nothing: what it takes goes into its black hole.
fn start_rotel(command: &mut Command, port: u16, _: &TempDir) {
    let spare = free_port().unwrap_or_default();
    command
        .args(["start", "--exporter", "blackhole"])
        .arg("--otlp-http-endpoint")
        .arg(format!("127.0.0.1:{port}"))
        .arg("--otlp-grpc-endpoint")
        .arg(format!("127.0.0.1:{spare}"));
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// A running server with a folder of its own; ended when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    pub(crate) port: u16,
    dir: TempDir,
}

impl Server {
    pub(crate) async fn start(peer: &Peer) -> Result<Self> {
        let (port, dir) = (free_port()?, tempfile::tempdir()?);
        let mut command = Command::new(&peer.program);
        (peer.start)(&mut command, port, &dir);
        command.current_dir(dir.path()).stdout(Stdio::null());
        let child = command.stderr(Stdio::null()).spawn();
        let child = child.with_context(|| format!("cannot start {}", peer.program.display()))?;
        let server = Self { child, port, dir };
        for _ in 0..200 {
            if TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                return Ok(server);
            }
            sleep(Duration::from_millis(50)).await;
        }
        bail!("{} does not listen on port {port}", peer.name)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Bytes in its folder.
    pub(crate) fn disk_bytes(&self) -> Result<u64> {
        let mut bytes = 0;
        for entry in self.dir.path().read_dir()? {
            bytes += entry?.metadata()?.len();
        }
        Ok(bytes)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
