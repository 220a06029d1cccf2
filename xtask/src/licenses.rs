//! `cargo xtask licenses`: the license notices that the licenses of the dependencies require to be distributed.
//!
//! The packages of a program come from `cargo metadata`, their license texts from their folders in cargo's registry.

mod notices;
pub(crate) mod packages;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::wasm::TARGET;
use crate::{process, workspace};

/// The name of the notice file.
pub(crate) const FILE: &str = "THIRD-PARTY-LICENSES.txt";

/// A distributed program or page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Artifact {
    Gateway,
    BackEnd,
    Page,
    Viewer,
}

impl Artifact {
    pub(crate) const ALL: [Self; 4] = [Self::Gateway, Self::BackEnd, Self::Page, Self::Viewer];

    pub(crate) fn package(self) -> &'static str {
        match self {
            Self::Gateway => "otel-web-gateway",
            Self::BackEnd => "cruddur-backend",
            Self::Page => "cruddur",
            Self::Viewer => "trace-viewer",
        }
    }

    /// Returns the target that it is compiled for.
    pub(crate) fn target(self) -> Result<String> {
        match self {
            Self::Gateway | Self::BackEnd => host(),
            Self::Page | Self::Viewer => Ok(TARGET.to_owned()),
        }
    }
}

/// Returns the target that is this machine.
pub(crate) fn host() -> Result<String> {
    let rustc = process::command("rustc", &["--print", "host-tuple"]);
    Ok(process::read(rustc)?.trim().to_owned())
}

/// Writes a folder for each artifact below `target/licenses`.
pub(crate) fn write_all() -> Result<()> {
    for artifact in Artifact::ALL {
        let folder = workspace::target()
            .join("licenses")
            .join(artifact.package());
        let path = write(artifact, &workspace::create_dir(folder)?)?;
        process::print(&format!("written: {}", path.display()));
    }
    Ok(())
}

/// Writes the notices of `artifact` into `folder`, and returns the file's path.
pub(crate) fn write(artifact: Artifact, folder: &Path) -> Result<PathBuf> {
    let packages = packages::dependencies(artifact.package(), &artifact.target()?)?;
    let path = folder.join(FILE);
    fs::write(&path, notices::render(artifact.package(), &packages)?)
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}
