//! A running `xtask dev`, its output, and its child processes.

mod programs;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub(crate) use programs::{Program, all_end};
use rustix::process::{Pid, Signal, kill_process};

/// Only one stack runs at a time, because the stacks share their data folder.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

#[derive(Debug, Clone, Copy)]
pub(crate) struct Ports {
    pub(crate) page: u16,
    pub(crate) api: u16,
    pub(crate) gateway: u16,
}

impl Ports {
    /// Returns three ports on which nothing listens.
    ///
    /// They are outside of the range from which the system assigns ports, so no other program gets one of them by
    /// chance between this call and the start of the stack.
    pub(crate) fn free() -> Self {
        static NEXT: AtomicU16 = AtomicU16::new(0);
        let first = 20_000 + u16::try_from(std::process::id() % 100).unwrap() * 100;
        let mut ports = std::iter::repeat_with(|| first + NEXT.fetch_add(1, Ordering::Relaxed))
            .filter(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok());
        let [page, api, gateway] = [(); 3].map(|()| ports.next().unwrap());
        Self { page, api, gateway }
    }
}

/// The variables that turn the gateway's sinks on. A developer's own would send the tests' spans to their vendors.
const SINKS: [&str; 6] = [
    "AWS_XRAY_DAEMON_ADDRESS",
    "HONEYCOMB_API_KEY",
    "HONEYCOMB_API_KEY_FILE",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "ROLLBAR_ACCESS_TOKEN",
    "ROLLBAR_ACCESS_TOKEN_FILE",
];

/// A running `xtask dev`, which ends on drop.
pub(crate) struct Dev {
    child: Child,
    stdout: BufReader<ChildStdout>,
    _lock: MutexGuard<'static, ()>,
}

impl Dev {
    pub(crate) fn start(ports: Ports) -> Self {
        Self::start_with(ports, &[])
    }

    /// Starts it with a developer's own variables.
    pub(crate) fn start_with(ports: Ports, variables: &[(&str, &str)]) -> Self {
        let lock = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
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
            _lock: lock,
        }
    }

    /// Reads until a line begins with `start`. Panics if the output ends before that.
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

    /// Returns the rest of its standard output.
    pub(crate) fn lines(&mut self) -> String {
        let mut text = String::new();
        self.stdout.read_to_string(&mut text).unwrap();
        text
    }

    /// Returns its standard error.
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

    /// Returns all of its descendants.
    pub(crate) fn programs(&self) -> Vec<Program> {
        programs::below(self.child.id())
    }

    /// Kills `xtask` itself, so it cannot clean up.
    pub(crate) fn kill_xtask(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Kills the child process of this name.
    pub(crate) fn kill(&self, name: &str) {
        let programs = self.programs();
        let program = programs.iter().find(|program| program.name == name);
        let program = program.unwrap_or_else(|| panic!("{name} is not in {programs:?}"));
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

/// Sends a raw request and returns the raw response.
pub(crate) fn send(port: u16, request: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(RESPONSE_TIMEOUT)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut response = Vec::new();
    // Invalid requests may get no response.
    stream.read_to_end(&mut response).ok();
    String::from_utf8_lossy(&response).into_owned()
}

/// An event stream never ends.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(2);

/// Returns the raw response to `GET path`.
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
