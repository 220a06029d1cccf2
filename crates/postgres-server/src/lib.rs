#![doc = include_str!("../README.md")]

mod account;
mod folder;
mod programs;

use std::{
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use account::Account;
use anyhow::{Context, Result, bail, ensure};
use folder::Folder;
pub use programs::Programs;
use rustix::process::{Pid, Signal, kill_process};

const USER: &str = "cruddur";
/// A server that does not accept connections within this time is an error.
const START_TIMEOUT: Duration = Duration::from_secs(60);
/// Part of util-linux.
const SETPRIV: &str = "/usr/bin/setpriv";
const POLL_INTERVAL: Duration = Duration::from_millis(20);
/// Several back ends, and many tests at the same time.
const MAX_CONNECTIONS: &str = "max_connections=300";

/// A running server. It stops when it is dropped.
#[derive(Debug)]
pub struct Server {
    programs: Programs,
    account: Account,
    folder: Folder,
    port: u16,
    process: Option<Child>,
}

impl Server {
    /// Creates a database cluster and starts a server for it. The server also ends with the thread that
    /// calls this.
    ///
    /// # Errors
    /// PostgreSQL is not installed, or it does not start. The error has its output.
    pub fn start() -> Result<Self> {
        let programs = Programs::find()?;
        let account = Account::find()?;
        let folder = Folder::create(&account)?;
        initialize(&programs, &account, &folder)?;
        let mut server = Self {
            programs,
            account,
            folder,
            port: free_port()?,
            process: None,
        };
        server.resume()?;
        Ok(server)
    }

    /// Returns the URL of the server, without the name of a database.
    #[must_use]
    pub fn address(&self) -> String {
        format!("postgres://{USER}@127.0.0.1:{}", self.port)
    }

    /// Returns the URL of a database of the server.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!("{}/{database}", self.address())
    }

    /// Stops the server as `systemctl restart` does: connections are closed, and transactions rolled
    /// back.
    ///
    /// # Errors
    /// The server cannot be stopped.
    pub fn stop(&mut self) -> Result<()> {
        self.end(Signal::INT)
    }

    /// Stops the server without shutting it down. At its next start, it recovers from its log.
    ///
    /// # Errors
    /// The server cannot be stopped.
    pub fn crash(&mut self) -> Result<()> {
        self.end(Signal::QUIT)
    }

    /// Starts the stopped server again, on the same port, and waits until it accepts connections.
    ///
    /// # Errors
    /// The server does not start. The error has its log.
    pub fn resume(&mut self) -> Result<()> {
        let log = self.folder.path("log");
        let file = std::fs::File::options()
            .create(true)
            .append(true)
            .open(&log)?;
        let mut postgres = self.command("postgres");
        postgres
            .arg("-D")
            .arg(self.folder.path("data"))
            .args(["-p", &self.port.to_string()])
            .args(["-c", "listen_addresses=127.0.0.1"])
            .args(["-c", "unix_socket_directories="])
            .args(["-c", MAX_CONNECTIONS])
            .args(["-c", "fsync=off"])
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file);
        self.process = Some(postgres.spawn().context("cannot start postgres")?);
        let begin = Instant::now();
        while !self.is_ready()? {
            let process = self.process.as_mut().context("postgres is not running")?;
            let has_ended = process.try_wait()?.is_some();
            if has_ended || begin.elapsed() > START_TIMEOUT {
                let log = std::fs::read_to_string(&log).unwrap_or_default();
                bail!("postgres does not accept connections:\n{log}");
            }
            sleep(POLL_INTERVAL);
        }
        Ok(())
    }

    /// Returns a command that also ends when this process is killed, where `setpriv` is installed.
    fn command(&self, program: &str) -> Command {
        let program = self.programs.path(program);
        let setpriv = Path::new(SETPRIV);
        if !setpriv.is_file() {
            return self.account.command(&program);
        }
        let mut command = self.account.command(setpriv);
        command.args(["--pdeathsig", "INT", "--"]).arg(program);
        command
    }

    fn is_ready(&self) -> Result<bool> {
        let mut probe = Command::new(self.programs.path("pg_isready"));
        probe
            .args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()])
            .stdin(Stdio::null());
        let status = probe.status().context("cannot run pg_isready")?;
        Ok(status.success())
    }

    fn end(&mut self, signal: Signal) -> Result<()> {
        if let Some(mut process) = self.process.take() {
            let id = i32::try_from(process.id()).ok().and_then(Pid::from_raw);
            kill_process(id.context("postgres has no process id")?, signal)?;
            process.wait()?;
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The folder is deleted afterwards, and a test that fails has its own error.
        let _ended = self.end(Signal::QUIT);
    }
}

fn initialize(programs: &Programs, account: &Account, folder: &Folder) -> Result<()> {
    let run = |locale: &[&str]| {
        let mut initdb = account.command(&programs.path("initdb"));
        initdb
            .arg("-D")
            .arg(folder.path("data"))
            .args(["--username", USER, "--auth=trust", "--encoding=UTF8"])
            .args(["--no-sync", "--no-instructions"])
            .args(locale)
            .stdin(Stdio::null());
        initdb.output().context("cannot run initdb")
    };
    // Versions before 15 have no locale provider.
    let mut output = run(&[
        "--locale=C.UTF-8",
        "--locale-provider=icu",
        "--icu-locale=en-US",
    ])?;
    if !output.status.success() {
        output = run(&["--locale=C.UTF-8"])?;
    }
    ensure!(
        output.status.success(),
        "initdb failed: {}",
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(())
}

fn free_port() -> Result<u16> {
    let socket = TcpListener::bind("127.0.0.1:0").context("there is no free port")?;
    Ok(socket.local_addr()?.port())
}
