//! A back end that runs for one measurement, with its own folder.

use anyhow::Result;
use bench_runner::{
    builds::Build,
    service::{Process, Program, temporary_folder},
};
use tempfile::TempDir;

use crate::seed;

/// A back end with a crud that has many replies. It ends on drop.
#[derive(Debug)]
pub(crate) struct Server {
    process: Process,
    _folder: TempDir,
    /// The UUID of the newest crud, which has the replies.
    pub(crate) crud_uuid: String,
}

impl Server {
    /// Starts the build to create its tables, stops it, fills the tables, and starts it again.
    pub(crate) async fn start(build: &Build, replies: u32) -> Result<Self> {
        let folder = temporary_folder()?;
        let file = folder.path().join("cruddur.db");
        let start = async || {
            let program = Program::new(&build.program);
            let program = program.env("DATABASE_URL", format!("sqlite:{}", file.display()));
            program.start("CRUDDUR_API_LISTEN").await
        };
        drop(start().await?);
        let crud_uuid = seed::fill(&file, replies)?;
        let process = start().await?;
        seed::wait_for_backlog(&file).await?;
        Ok(Self {
            process,
            _folder: folder,
            crud_uuid,
        })
    }

    pub(crate) fn address(&self) -> String {
        self.process.address()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.process.origin())
    }
}
