//! Back ends with their database, and the gateway that receives their spans.

use std::{fmt, path::PathBuf, sync::Arc};

use anyhow::Result;
use bench_runner::service::{Process, Program, temporary_folder};
use postgres_server::Server;
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
    url: String,
    back_end: PathBuf,
    gateway: PathBuf,
    /// Has the files of SQLite and of the gateway.
    folder: TempDir,
    /// PostgreSQL, which ends with the last deployment.
    _server: Option<Arc<Server>>,
}

/// Running back ends. They end on drop.
#[derive(Debug)]
pub(crate) struct Running {
    back_ends: Vec<Process>,
    _gateway: Option<Process>,
}

/// Fills a database for each deployment. Without PostgreSQL's programs, SQLite is the only one.
pub(crate) async fn all(options: &Options) -> Result<Vec<Deployment>> {
    let mut deployments = vec![Deployment::sqlite(options).await?];
    match Server::start() {
        Ok(server) => {
            let server = Arc::new(server);
            for back_ends in [1, 2] {
                deployments.push(Deployment::postgres(options, &server, back_ends).await?);
            }
        }
        Err(error) => eprintln!("PostgreSQL is not measured: {error:#}"),
    }
    Ok(deployments)
}

impl Deployment {
    async fn sqlite(options: &Options) -> Result<Self> {
        let folder = temporary_folder()?;
        let file = folder.path().join("cruddur.db");
        let deployment = Self {
            database: "sqlite",
            back_ends: 1,
            url: format!("sqlite:{}", file.display()),
            back_end: options.back_end.clone(),
            gateway: options.gateway.clone(),
            folder,
            _server: None,
        };
        // The first start creates the tables.
        drop(deployment.start(false).await?);
        seed::add_users(&file, USERS)?;
        seed::fill(&file, 0)?;
        let running = deployment.start(false).await?;
        seed::wait_for_backlog(&file).await?;
        drop(running);
        Ok(deployment)
    }

    async fn postgres(options: &Options, server: &Arc<Server>, back_ends: usize) -> Result<Self> {
        let database = format!("cruddur{back_ends}");
        let create = format!("CREATE DATABASE {database}");
        seed::postgres::execute(&server.url("postgres"), &create)?;
        let deployment = Self {
            database: "postgresql",
            back_ends,
            url: server.url(&database),
            back_end: options.back_end.clone(),
            gateway: options.gateway.clone(),
            folder: temporary_folder()?,
            _server: Some(Arc::clone(server)),
        };
        drop(deployment.start(false).await?);
        seed::postgres::fill(&deployment.url, USERS)?;
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
            program = program.env("DATABASE_URL", self.url.clone());
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
