//! The running program.

use std::process::{ExitStatus, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    process::{Child, ChildStdout, Command},
};

pub(crate) struct Server {
    pub(crate) address: String,
    client: reqwest::Client,
    process: Process,
}

impl Server {
    /// Starts the program on a free port and waits for the line that names it.
    pub(crate) async fn start(variables: &[(&str, &str)]) -> Self {
        let mut process = Self::spawn(variables);
        let mut line = String::new();
        process.stdout.read_line(&mut line).await.unwrap();
        let address = line
            .trim_end()
            .strip_prefix("listening on ")
            .unwrap_or_default()
            .to_owned();
        assert!(address.starts_with("http://127.0.0.1:"), "{line}");
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self {
            address,
            client,
            process,
        }
    }

    pub(crate) fn spawn(variables: &[(&str, &str)]) -> Process {
        let folder = TempDir::new().unwrap();
        let database = format!("sqlite:{}", folder.path().join("new/cruddur.db").display());
        // The signal for a file that has reached its limit is ignored, so that writing fails.
        let mut child = Command::new("/bin/sh")
            .args(["-c", "trap '' XFSZ; exec \"$0\""])
            .arg(env!("CARGO_BIN_EXE_cruddur-backend"))
            .env_clear()
            .env("CRUDDUR_API_LISTEN", "127.0.0.1:0")
            .env("DATABASE_URL", database)
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Process {
            child,
            stdout,
            _folder: folder,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> reqwest::Response {
        let get = self.client.get(format!("{}{path}", self.address));
        get.send().await.unwrap()
    }

    /// The session cookie of a demo account.
    pub(crate) async fn sign_in(&self, handle: &str) -> String {
        let credentials =
            json!({ "email": format!("{handle}@example.com"), "password": "cruddur-demo" });
        let answer = self.post("/api/auth/signin", &credentials, "").await;
        let cookie = answer.headers()["set-cookie"].to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }

    /// Tries to sign in as worf from this address of the machine; returns the status.
    pub(crate) async fn sign_in_from(&self, address: &str, password: &str) -> u16 {
        let address: std::net::IpAddr = address.parse().unwrap();
        let builder = reqwest::Client::builder().local_address(address);
        let credentials = json!({ "email": "worf@example.com", "password": password });
        let url = format!("{}/api/auth/signin", self.address);
        let request = builder.no_proxy().build().unwrap().post(url);
        let answer = request.json(&credentials).send().await.unwrap();
        answer.status().as_u16()
    }

    /// Posts a crud; returns the status of the answer.
    pub(crate) async fn post_crud(&self, cookie: &str) -> u16 {
        let crud = json!({ "message": "Is there room?", "ttl": "1-day" });
        let answer = self.post("/api/activities", &crud, cookie).await;
        answer.status().as_u16()
    }

    async fn post(&self, path: &str, body: &Value, cookie: &str) -> reqwest::Response {
        let request = self.client.post(format!("{}{path}", self.address));
        request
            .header("cookie", cookie)
            .json(body)
            .send()
            .await
            .unwrap()
    }

    /// Sets how large a file the program may write, in bytes or `unlimited`.
    pub(crate) async fn limit_file_size(&self, bytes: &str) {
        let id = self.process.child.id().unwrap().to_string();
        let set = Command::new("prlimit")
            .args(["--pid", &id, &format!("--fsize={bytes}:")])
            .status()
            .await
            .unwrap();
        assert!(set.success());
    }

    /// Where the database is.
    pub(crate) fn folder(&self) -> std::path::PathBuf {
        self.process._folder.path().join("new")
    }

    pub(crate) async fn terminate(self) -> End {
        let id = self.process.child.id().unwrap().to_string();
        let sent = Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .await
            .unwrap();
        assert!(sent.success());
        self.process.end().await
    }
}

pub(crate) struct Process {
    child: Child,
    stdout: BufReader<ChildStdout>,
    _folder: TempDir,
}

impl Process {
    pub(crate) async fn end(mut self) -> End {
        let (mut stdout, mut stderr) = (String::new(), String::new());
        self.child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut stderr)
            .await
            .unwrap();
        self.stdout.read_to_string(&mut stdout).await.unwrap();
        End {
            status: self.child.wait().await.unwrap(),
            stdout,
            stderr,
        }
    }
}

/// How the program ended.
#[derive(Debug)]
pub(crate) struct End {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}
