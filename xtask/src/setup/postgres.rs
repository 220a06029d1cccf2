//! PostgreSQL. Only the back end's tests need it.

use std::path::PathBuf;

use anyhow::Result;
use postgres_server::Programs;

use super::apt;
use super::tool::Tool;

pub(super) struct PostgresPackage;

impl Tool for PostgresPackage {
    fn name(&self) -> Result<String> {
        Ok("PostgreSQL".to_owned())
    }

    fn purpose(&self) -> &'static str {
        "run the back end's tests on a server"
    }

    fn usual_time(&self) -> &'static str {
        "20 s"
    }

    fn find(&self) -> Result<Option<PathBuf>> {
        let programs = Programs::find().ok();
        Ok(programs.map(|programs| programs.path("postgres")))
    }

    fn install(&self) -> Result<()> {
        apt::install(&["postgresql"])
    }
}
