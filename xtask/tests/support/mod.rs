//! A running `xtask dev`, what it prints, and the programs below it.

mod programs;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub(crate) use programs::{Program, all_end};
use rustix::process::{Pid, Signal, kill_process};

/// The stacks share their data folder, so only one runs at a time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

#[derive(Debug, Clone, Copy)]
pub(crate) struct Ports {
    pub(crate) page: u16,
    pub(crate) api: u16,
    pub(crate) gateway: u16,
}

impl Ports {
    /// Three ports on which nobody listens.
    pub(crate) fn spare() -> Self {
        let listeners = [(); 3].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
        let [page, api, gateway] = listeners.map(|listener| listener.local_addr().unwrap().port());
        Self { page, api, gateway }
    }
}

/// What turns the gateway's sinks on: a developer's own would send the tests' spans to their vendors.
const SINKS: [&str; 6] = [
    "AWS_XRAY_DAEMON_ADDRESS",
    "HONEYCOMB_API_KEY",
    "HONEYCOMB_API_KEY_FILE",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "ROLLBAR_ACCESS_TOKEN",
    "ROLLBAR_ACCESS_TOKEN_FILE",
];

/// `xtask dev`; dropping it ends it and everything it started.
pub(crate) struct Dev {
    child: Child,
    stdout: BufReader<ChildStdout>,
    _turn: MutexGuard<'static, ()>,
}

impl Dev {
    pub(crate) fn start(ports: Ports) -> Self {
        Self::start_with(ports, &[])
    }

    /// With variables that a developer may have set.
    pub(crate) fn start_with(ports: Ports, variables: &[(&str, &str)]) -> Self {
        let turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command
            .arg("dev")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        for name in SINKS {
            command.env_remove(name);
        }
        command.env("CRUDDUR_PAGE_PORT", ports.page.to_string());
        command.env("CRUDDUR_API_PORT", ports.api.to_string());
        command.env("CRUDDUR_GATEWAY_PORT", ports.gateway.to_string());
        command.envs(variables.iter().copied());
        let mut child = command.spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Self {
            child,
            stdout,
            _turn: turn,
        }
    }

    /// Reads until a line begins with `start`; fails when the output ends before.
    pub(crate) fn wait_for_line(&mut self, start: &str) -> String {
        let mut seen = Vec::new();
        for line in self.stdout.by_ref().lines().map_while(Result::ok) {
            if line.starts_with(start) {
                return line;
            }
            seen.push(line);
        }
        panic!(
            "no line begins with {start:?}:\n{}\n{}",
            seen.join("\n"),
            self.errors()
        );
    }

    /// What it printed since, until it ended.
    pub(crate) fn lines(&mut self) -> String {
        let mut text = String::new();
        self.stdout.read_to_string(&mut text).unwrap();
        text
    }

    /// What it printed on standard error, until it ended.
    pub(crate) fn errors(&mut self) -> String {
        let mut text = String::new();
        self.child
            .stderr
            .as_mut()
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        text
    }

    pub(crate) fn wait_for_end(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Every program below it, however deep.
    pub(crate) fn programs(&self) -> Vec<Program> {
        programs::below(self.child.id())
    }

    /// Kills `xtask` itself in a way that it cannot clean up after.
    pub(crate) fn kill_xtask(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Kills the program of this name, as a crash would.
    pub(crate) fn kill(&self, name: &str) {
        let programs = self.programs();
        let program = programs.iter().find(|program| program.name == name);
        let program = program.unwrap_or_else(|| panic!("{name} is none of {programs:?}"));
        kill_process(program.pid(), Signal::KILL).unwrap();
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        if self.child.try_wait().is_ok_and(|status| status.is_none()) {
            self.signal(Signal::TERM);
            drop(self.child.wait());
        }
    }
}

/// The whole answer to a request with these lines as its head, and what stands after the empty line.
pub(crate) fn send(port: u16, request: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(ANSWER_TIMEOUT)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    // Without an answer there is an empty one: some requests are no HTTP.
    stream.read_to_end(&mut answer).ok();
    String::from_utf8_lossy(&answer).into_owned()
}

/// An event stream would never end.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);

/// The whole answer to `GET path`, head and body.
pub(crate) fn get(port: u16, path: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let accept = "Accept: text/html, */*";
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{accept}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}
