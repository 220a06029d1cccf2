//! The running program.

use std::process::{ExitStatus, Stdio};

use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    process::{Child, ChildStdout, Command},
};

pub(crate) struct Server {
    pub(crate) address: String,
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
        Self { address, process }
    }

    pub(crate) fn spawn(variables: &[(&str, &str)]) -> Process {
        let folder = TempDir::new().unwrap();
        let database = format!("sqlite:{}", folder.path().join("new/cruddur.db").display());
        let mut child = Command::new(env!("CARGO_BIN_EXE_cruddur-backend"))
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
        reqwest::get(format!("{}{path}", self.address))
            .await
            .unwrap()
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
