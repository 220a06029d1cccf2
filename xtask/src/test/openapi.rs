//! The running back end against its OpenAPI document, with schemathesis.

use anyhow::Result;

use crate::{packages, process, workspace};

pub(super) fn run() -> Result<()> {
    let requirements = "crates/backend/tests/program/schemathesis/requirements.txt";
    let python = packages::python("schemathesis", &workspace::root().join(requirements))?;
    let mut cargo = super::integration_tests(&["program"])?;
    cargo
        .arg("schemathesis::")
        .env("CRUDDUR_TEST_SCHEMATHESIS", python.join("bin/schemathesis"));
    process::run_inherited(cargo)
}
