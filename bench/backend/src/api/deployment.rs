//! Back ends with their database, and the gateway that receives their spans.

use std::{fmt, path::PathBuf};

use anyhow::Result;
use bench_runner::service::{Process, Program, temporary_folder};
use tempfile::TempDir;

use super::options::Options;
use crate::seed;

/// The processor of the back ends.
const BACK_END_CPU: &str = "0";
/// The processor of the gateway. The load generator and the database run on any.
const GATEWAY_CPU: &str = "1";
const USERS: u32 = 10_000;

/// A filled database, and the number of back ends that use it.
#[derive(Debug)]
pub(crate) struct Deployment {
    pub(crate) database: &'static str,
    pub(crate) back_ends: usize,
    back_end: PathBuf,
    gateway: PathBuf,
    /// Has the database.
    folder: TempDir,
}

/// Running back ends. They end on drop.
#[derive(Debug)]
pub(crate) struct Running {
    back_ends: Vec<Process>,
    _gateway: Option<Process>,
}

/// Fills a database for each deployment.
pub(crate) async fn all(options: &Options) -> Result<Vec<Deployment>> {
    Ok(vec![Deployment::sqlite(options).await?])
}

impl Deployment {
    async fn sqlite(options: &Options) -> Result<Self> {
        let deployment = Self {
            database: "sqlite",
            back_ends: 1,
            back_end: options.back_end.clone(),
            gateway: options.gateway.clone(),
            folder: temporary_folder()?,
        };
        // The first start creates the tables.
        drop(deployment.start(false).await?);
        seed::add_users(&deployment.file(), USERS)?;
        seed::fill(&deployment.file(), 0)?;
        Ok(deployment)
    }

    /// Starts the back ends, and for tracing a gateway.
    pub(crate) async fn start(&self, tracing: bool) -> Result<Running> {
        let gateway = if tracing {
            Some(self.start_gateway().await?)
        } else {
            None
        };
        let mut back_ends = Vec::new();
        for _ in 0..self.back_ends {
            let mut program = Program::new(&self.back_end).on_cpu(BACK_END_CPU);
            program = program.env("DATABASE_URL", self.database_url());
            if let Some(gateway) = &gateway {
                program = program.env("OTEL_EXPORTER_OTLP_ENDPOINT", gateway.origin());
            }
            back_ends.push(program.start("CRUDDUR_API_LISTEN").await?);
        }
        Ok(Running {
            back_ends,
            _gateway: gateway,
        })
    }

    async fn start_gateway(&self) -> Result<Process> {
        let store = self.folder.path().join("traces.db");
        let program = Program::new(&self.gateway).on_cpu(GATEWAY_CPU);
        let program = program.env("OTEL_WEB_GATEWAY_DB", store.display().to_string());
        program.start("OTEL_WEB_GATEWAY_LISTEN").await
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("cruddur.db")
    }

    fn database_url(&self) -> String {
        format!("sqlite:{}", self.file().display())
    }
}

impl fmt::Display for Deployment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, back ends {}", self.database, self.back_ends)
    }
}

impl Running {
    /// Returns the URL of `path` at each back end.
    pub(crate) fn urls(&self, path: &str) -> Vec<String> {
        let urls = self.back_ends.iter();
        urls.map(|back_end| format!("{}{path}", back_end.origin()))
            .collect()
    }

    /// Returns the processor time of all back ends so far.
    pub(crate) fn cpu_seconds(&self) -> Result<f64> {
        let seconds = self.back_ends.iter().map(Process::cpu_seconds);
        seconds.sum()
    }
}
