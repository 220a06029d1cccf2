//! A running server process.

use std::{
    path::PathBuf,
    process::{ExitStatus, Stdio},
};

use reqwest::RequestBuilder;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    process::{Child, ChildStderr, Command},
    sync::watch,
};

const LISTENING: &str = "listening on ";

pub(crate) struct Server {
    pub(crate) url: String,
    client: reqwest::Client,
    process: Process,
}

impl Server {
    /// Starts the program on a free port, and waits until it listens.
    pub(crate) async fn start(variables: &[(&str, &str)]) -> Self {
        Self::listening(Self::spawn(variables)).await
    }

    /// Kills the program, which has no chance to clean up.
    pub(crate) async fn kill(&self) {
        self.signal("-KILL").await;
    }

    /// Waits for the end of a killed program, and starts it again on the same database.
    pub(crate) async fn restart(self) -> Self {
        let mut process = self.process;
        process.child.wait().await.unwrap();
        Self::listening(Self::spawn_in(process.directory, &[])).await
    }

    async fn listening(process: Process) -> Self {
        let url = process.url().await;
        let client = http_client::builder().no_proxy().build().unwrap();
        Self {
            url,
            client,
            process,
        }
    }

    /// Starts the program and does not wait.
    pub(crate) fn spawn(variables: &[(&str, &str)]) -> Process {
        Self::spawn_in(TempDir::new().unwrap(), variables)
    }

    fn spawn_in(directory: TempDir, variables: &[(&str, &str)]) -> Process {
        let database = directory.path().join("new/cruddur.db");
        // The signal for a file that has reached its limit is ignored, so that the write fails.
        let mut child = Command::new("/bin/sh")
            .args(["-c", "trap '' XFSZ; exec \"$0\""])
            .arg(env!("CARGO_BIN_EXE_cruddur-backend"))
            .env_clear()
            .env("CRUDDUR_API_LISTEN", "127.0.0.1:0")
            .env("DATABASE_URL", format!("sqlite:{}", database.display()))
            .env("CRUDDUR_MAIL_OUTBOX", directory.path().join("outbox"))
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let log = collect(child.stderr.take().unwrap());
        Process {
            child,
            log,
            directory,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> reqwest::Response {
        self.request(path).send().await.unwrap()
    }

    pub(crate) fn request(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}{path}", self.url))
    }

    /// Returns a POST of this body, with a session cookie.
    pub(crate) fn post_request(&self, path: &str, body: &Value, cookie: &str) -> RequestBuilder {
        let request = self.client.post(format!("{}{path}", self.url));
        request.header("cookie", cookie).json(body)
    }

    /// Signs in to a demo account and returns the session cookie.
    pub(crate) async fn sign_in(&self, handle: &str) -> String {
        let credentials =
            json!({ "email": format!("{handle}@example.com"), "password": "cruddur-demo" });
        let response = self.post("/api/auth/signin", &credentials, "").await;
        let cookie = response.headers()["set-cookie"].to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }

    /// Signs in as worf from this local address and returns the status.
    pub(crate) async fn sign_in_from(&self, address: &str, password: &str) -> u16 {
        let address: std::net::IpAddr = address.parse().unwrap();
        let builder = http_client::builder().local_address(address);
        let credentials = json!({ "email": "worf@example.com", "password": password });
        let url = format!("{}/api/auth/signin", self.url);
        let request = builder.no_proxy().build().unwrap().post(url);
        let response = request.json(&credentials).send().await.unwrap();
        response.status().as_u16()
    }

    /// Posts a crud and returns the status.
    pub(crate) async fn post_crud(&self, cookie: &str) -> u16 {
        let crud = json!({ "message": "Is there space?", "ttl": "1-day" });
        let response = self.post("/api/activities", &crud, cookie).await;
        response.status().as_u16()
    }

    async fn post(&self, path: &str, body: &Value, cookie: &str) -> reqwest::Response {
        let request = self.post_request(path, body, cookie);
        request.send().await.unwrap()
    }

    /// Sets the size limit of files that the program writes, in bytes or `unlimited`.
    pub(crate) async fn limit_file_size(&self, bytes: &str) {
        let id = self.process.child.id().unwrap().to_string();
        let status = Command::new("prlimit")
            .args(["--pid", &id, &format!("--fsize={bytes}:")])
            .status()
            .await
            .unwrap();
        assert!(status.success());
    }

    /// The directory of the database.
    pub(crate) fn directory(&self) -> PathBuf {
        self.process.directory.path().join("new")
    }

    /// Sends SIGTERM and waits for the end.
    pub(crate) async fn terminate(self) -> Exit {
        self.signal("-TERM").await;
        self.process.exit().await
    }

    async fn signal(&self, signal: &str) {
        let id = self.process.child.id().unwrap().to_string();
        let status = Command::new("kill")
            .args([signal, &id])
            .status()
            .await
            .unwrap();
        assert!(status.success());
    }
}

/// Collects the log, so that the program never blocks on a full pipe.
fn collect(stderr: ChildStderr) -> watch::Receiver<String> {
    let (sender, log) = watch::channel(String::new());
    tokio::spawn(async move {
        let mut lines = BufReader::new(stderr).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            sender.send_modify(|log| {
                log.push_str(&line);
                log.push('\n');
            });
        }
    });
    log
}

pub(crate) struct Process {
    child: Child,
    log: watch::Receiver<String>,
    directory: TempDir,
}

impl Process {
    async fn url(&self) -> String {
        let mut log = self.log.clone();
        let is_listening = log.wait_for(|log| log.contains(LISTENING)).await.is_ok();
        let log = self.log.borrow().clone();
        assert!(is_listening, "{log}");
        let (_, url) = log.split_once(LISTENING).unwrap();
        let url = url.split([' ', '\n', '"']).next().unwrap();
        assert!(url.starts_with("http://127.0.0.1:"), "{log}");
        url.to_owned()
    }

    /// Waits for the end of the program.
    pub(crate) async fn exit(mut self) -> Exit {
        let mut stdout = String::new();
        let mut pipe = self.child.stdout.take().unwrap();
        pipe.read_to_string(&mut stdout).await.unwrap();
        let status = self.child.wait().await.unwrap();
        while self.log.changed().await.is_ok() {}
        Exit {
            status,
            stdout,
            log: self.log.borrow().clone(),
        }
    }
}

/// The exit status and the output of the program.
#[derive(Debug)]
pub(crate) struct Exit {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) log: String,
}

impl Exit {
    /// Returns the warnings and errors in the log.
    pub(crate) fn problems(&self) -> Vec<&str> {
        let lines = self.log.lines();
        lines
            .filter(|line| line.contains(" WARN ") || line.contains(" ERROR "))
            .collect()
    }
}
