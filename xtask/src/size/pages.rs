//! The measured pages, each built into a folder below `target/size`.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::transfer_size::{TransferSize, transfer_size};
use crate::build::{self, Profile};
use crate::symbols::Symbols;
use crate::wasm::Wasm;
use crate::wasm_page::WasmPage;
use crate::{bench_pages, workspace};

#[derive(Debug)]
pub(super) struct Pages<'a> {
    wasm: &'a Wasm,
    folder: PathBuf,
}

impl<'a> Pages<'a> {
    pub(super) fn of(wasm: &'a Wasm) -> Result<Self> {
        let folder = workspace::create_dir(workspace::target().join("size"))?;
        Ok(Self { wasm, folder })
    }

    /// Measures the minimal page without a framework, with these cargo features.
    pub(super) fn probe(&self, name: &str, features: &str) -> Result<TransferSize> {
        self.bare("size-probe", features, &self.folder.join(name))
    }

    /// Measures the page of an example, with these cargo features.
    pub(super) fn example(&self, package: &str, features: &str) -> Result<TransferSize> {
        let suffix = if features.is_empty() { "" } else { "-without" };
        let out = self.folder.join(format!("{package}{suffix}"));
        self.bare(package, features, &out)
    }

    /// Measures the page of the benchmarks, with these cargo features.
    pub(super) fn bench(&self, features: &str) -> Result<TransferSize> {
        let out = self.folder.join(format!("bench-{features}"));
        self.bare("otel-web-page", features, &out)
    }

    fn bare(&self, package: &str, features: &str, out: &Path) -> Result<TransferSize> {
        let page = WasmPage {
            label: "size",
            package,
            features,
            profile: Profile::Release,
            symbols: None,
        };
        page.build(self.wasm, out)?;
        transfer_size(out)
    }

    pub(super) fn cruddur(&self) -> Result<TransferSize> {
        let dist = self.folder.join("page");
        build::page_into(&dist, &Symbols::beside(&dist)?, self.wasm)?;
        transfer_size(&dist)
    }

    pub(super) fn cruddur_without(&self) -> Result<TransferSize> {
        let dist = self.folder.join("page-without-telemetry");
        build::page_without_telemetry(&dist, &Symbols::beside(&dist)?, self.wasm)?;
        transfer_size(&dist)
    }
}

/// Measures what each of the other SDKs adds to a page without one.
pub(super) fn peers() -> Result<Vec<(&'static str, TransferSize)>> {
    bench_pages::peers()?;
    let empty = transfer_size(&bench_pages::pages().join("empty"))?;
    let added = |name| {
        Ok((
            name,
            transfer_size(&bench_pages::pages().join(name))?.beyond(empty),
        ))
    };
    bench_pages::PEERS.into_iter().map(added).collect()
}
