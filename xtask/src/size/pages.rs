//! The pages that are weighed, each built into its folder below `target/size`.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::weigh::{Weight, weigh};
use crate::bare::Bare;
use crate::build::{self, Profile};
use crate::wasm::Wasm;
use crate::{page_folder, workspace};

#[derive(Debug)]
pub(super) struct Pages<'a> {
    wasm: &'a Wasm,
    folder: PathBuf,
}

impl<'a> Pages<'a> {
    pub(super) fn of(wasm: &'a Wasm) -> Result<Self> {
        let folder = workspace::made(workspace::target().join("size"))?;
        Ok(Self { wasm, folder })
    }

    /// The minimal page without a framework, with these cargo features.
    pub(super) fn probe(&self, name: &str, features: &str) -> Result<Weight> {
        self.bare("size-probe", features, &self.folder.join(name))
    }

    /// The minimal Yew page: the example of the documentation.
    pub(super) fn yew(&self, features: &str) -> Result<Weight> {
        let name = if features.is_empty() {
            "yew"
        } else {
            "yew-without"
        };
        self.bare("example-yew", features, &self.folder.join(name))
    }

    fn bare(&self, package: &str, features: &str, out: &Path) -> Result<Weight> {
        let page = Bare {
            label: "size",
            package,
            features,
            profile: Profile::Release,
        };
        page.build(self.wasm, out)?;
        weigh(out)
    }

    pub(super) fn cruddur(&self) -> Result<Weight> {
        let dist = self.folder.join("page");
        build::page_into(&dist, self.wasm, Profile::Release)?;
        weigh(&dist)
    }

    pub(super) fn cruddur_without(&self) -> Result<Weight> {
        let dist = self.folder.join("page-without-telemetry");
        build::page_without_telemetry(&dist, self.wasm)?;
        weigh(&dist)
    }
}

/// What each of the other SDKs adds to a page that has none.
pub(super) fn peers() -> Result<Vec<(&'static str, Weight)>> {
    page_folder::peers()?;
    let empty = weigh(&page_folder::pages().join("empty"))?;
    let added = |name| Ok((name, weigh(&page_folder::pages().join(name))?.beyond(empty)));
    page_folder::PEERS.into_iter().map(added).collect()
}
