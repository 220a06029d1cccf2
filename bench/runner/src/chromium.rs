//! A headless Chromium with a fresh profile. Dropping it ends the browser and removes the profile.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use tokio::process::{Child, Command};

use crate::cdp::Cdp;
use crate::page::Page;

/// Long enough for a busy machine.
const START_TIMEOUT: Duration = Duration::from_secs(60);

/// How long the child processes of an ended browser may take to end.
const END_TIMEOUT: Duration = Duration::from_secs(5);

/// Headless, able to run as root in a container, and without background requests.
const FLAGS: [&str; 12] = [
    "--headless=new",
    // Every page is on this machine.
    "--no-proxy-server",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--window-size=1280,860",
    "--remote-debugging-port=0",
];

static STARTED: AtomicUsize = AtomicUsize::new(0);

#[derive(Debug)]
pub struct Chromium {
    cdp: Arc<Cdp>,
    // Declared after the connection, so it is dropped after it.
    process: Child,
    profile: PathBuf,
}

impl Chromium {
    pub async fn start() -> Result<Self> {
        Self::start_with(&[]).await
    }

    /// Starts it with additional flags.
    pub async fn start_with(flags: &[&str]) -> Result<Self> {
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let name = format!("bench-chromium-{}-{number}", std::process::id());
        let profile = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&profile)?;
        let process = launch(&profile, flags)?;
        let address = address(&profile).await?;
        let cdp = Arc::new(Cdp::connect(&address).await?);
        Ok(Self {
            cdp,
            process,
            profile,
        })
    }

    /// Opens an empty tab.
    pub async fn page(&self) -> Result<Page> {
        Page::open(Arc::clone(&self.cdp)).await
    }

    /// Returns the connection for commands to the browser itself.
    #[must_use]
    pub fn cdp(&self) -> &Cdp {
        &self.cdp
    }

    pub async fn version(&self) -> Result<String> {
        let version = self
            .cdp
            .call(None, "Browser.getVersion", serde_json::json!({}))
            .await?;
        Ok(version["product"].as_str().unwrap_or_default().to_owned())
    }

    /// Ends it and waits for its end, so the next one does not compete with it.
    pub async fn end(mut self) -> Result<()> {
        self.process.kill().await.context("cannot end the browser")
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        drop(self.process.start_kill());
        // Its child processes may still write for a moment.
        let began = Instant::now();
        while std::fs::remove_dir_all(&self.profile).is_err()
            && self.profile.exists()
            && began.elapsed() < END_TIMEOUT
        {
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

fn launch(profile: &Path, flags: &[&str]) -> Result<Child> {
    let named = std::env::var_os("CHROME").filter(|value| !value.is_empty());
    let program = named.map_or_else(|| "chromium".into(), PathBuf::from);
    Command::new(&program)
        .args(FLAGS)
        .args(flags)
        .arg(format!("--user-data-dir={}", profile.display()))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| {
            format!(
                "cannot start `{}`: run `cargo xtask setup`, or set CHROME to the path of a Chromium",
                program.display()
            )
        })
}

/// Reads the browser's address from a file that it writes into its profile.
async fn address(profile: &Path) -> Result<String> {
    let file = profile.join("DevToolsActivePort");
    let began = Instant::now();
    while began.elapsed() < START_TIMEOUT {
        let written = std::fs::read_to_string(&file).unwrap_or_default();
        if let Some((port, path)) = written
            .split_once('\n')
            .filter(|(_, path)| !path.is_empty())
        {
            return Ok(format!("ws://127.0.0.1:{port}{}", path.trim()));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    bail!("the browser did not start within {START_TIMEOUT:?}")
}
