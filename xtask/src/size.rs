//! `cargo xtask size`: what the page weighs, and how much of it is telemetry.
//!
//! All sizes are of WebAssembly and JavaScript together, optimised, in brotli at its best quality: what a visitor
//! downloads. The page is weighed as it is and with telemetry left out of the build; a minimal page, which shares
//! less with telemetry than a whole app does, is weighed plain, with otel-web's core and with all of it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::build::{self, Profile, host_cargo};
use crate::setup::{self, Needs};
use crate::wasm::{TARGET, Wasm};
use crate::{process, workspace};

/// The minimal page's variants: their name and the cargo features that make them.
const PLAIN: (&str, &str) = ("plain", "");
const CORE: (&str, &str) = ("core", "core");
const EVERYTHING: (&str, &str) = ("everything", "everything");

pub(crate) fn run() -> Result<()> {
    let wasm = setup::prepare(Needs::OptimisedPage, |_, _| Ok(()))?;
    let folder = workspace::made(workspace::target().join("size"))?;
    let plain = probe(&wasm, &folder, PLAIN)?;
    let core = probe(&wasm, &folder, CORE)?;
    let everything = probe(&wasm, &folder, EVERYTHING)?;
    report(&Sizes {
        page: page(&wasm, &folder)?,
        page_without: page_without_telemetry(&wasm, &folder)?,
        plain,
        core,
        everything,
    })
}

/// Bytes in brotli.
struct Sizes {
    page: u64,
    page_without: u64,
    plain: u64,
    core: u64,
    everything: u64,
}

impl Sizes {
    fn added_to_the_page(&self) -> u64 {
        self.page.saturating_sub(self.page_without)
    }

    fn added_by_core(&self) -> u64 {
        self.core.saturating_sub(self.plain)
    }

    fn added_by_everything(&self) -> u64 {
        self.everything.saturating_sub(self.plain)
    }
}

fn page_without_telemetry(wasm: &Wasm, folder: &Path) -> Result<u64> {
    let dist = folder.join("page-without-telemetry");
    build::page_without_telemetry(&dist, wasm)?;
    weigh(&dist)
}

fn page(wasm: &Wasm, folder: &Path) -> Result<u64> {
    let dist = folder.join("page");
    build::page_into(&dist, wasm, Profile::Release)?;
    weigh(&dist)
}

fn probe(wasm: &Wasm, folder: &Path, (name, features): (&str, &str)) -> Result<u64> {
    let what = [
        "build",
        "--package",
        "size-probe",
        "--target",
        TARGET,
        "--profile",
        "wasm-release",
    ];
    process::run(
        "size",
        wasm.cargo(&[&what[..], &["--features", features]].concat())?,
    )?;
    let compiled = workspace::target()
        .join("wasm")
        .join(TARGET)
        .join("wasm-release/size-probe.wasm");
    let out = folder.join(name);
    bind(wasm, &compiled, &out)?;
    shrink(wasm, &out.join("size-probe_bg.wasm"))?;
    weigh(&out)
}

fn bind(wasm: &Wasm, compiled: &Path, out: &Path) -> Result<()> {
    let mut bindgen = wasm.command("wasm-bindgen", &["--target", "web", "--no-typescript"])?;
    bindgen.arg("--out-dir").arg(out).arg(compiled);
    process::run("size", bindgen)
}

fn shrink(wasm: &Wasm, module: &Path) -> Result<()> {
    let mut optimise = wasm.command("wasm-opt", &["-Oz"])?;
    optimise.arg(module).arg("-o").arg(module);
    process::run("size", optimise)
}

/// The bytes in brotli of all WebAssembly and JavaScript below `folder`.
fn weigh(folder: &Path) -> Result<u64> {
    let files = code_below(folder)?;
    if files.is_empty() {
        bail!("{} holds no WebAssembly", folder.display());
    }
    let mut measure = host_cargo(&[
        "run",
        "--quiet",
        "--release",
        "--package",
        "brotli-size",
        "--",
    ]);
    measure.args(files);
    let sizes = process::read(measure)?;
    sizes
        .lines()
        .map(|size| size.parse::<u64>().context("brotli-size printed no number"))
        .sum()
}

fn code_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in
        fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?
    {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(code_below(&path)?);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "wasm" || extension == "js")
        {
            found.push(path);
        }
    }
    Ok(found)
}

fn report(sizes: &Sizes) -> Result<()> {
    let path = workspace::made(workspace::target().join("reports"))?.join("size.json");
    fs::write(&path, json(sizes)).with_context(|| format!("cannot write {}", path.display()))?;
    process::say("\nWebAssembly and JavaScript in brotli, optimised        bytes");
    let rows = [
        ("the page", sizes.page),
        ("of this, otel-web", sizes.added_to_the_page()),
        (
            "otel-web adds to a minimal page: core",
            sizes.added_by_core(),
        ),
        (
            "otel-web adds to a minimal page: all",
            sizes.added_by_everything(),
        ),
    ];
    for (what, bytes) in rows {
        process::say(&format!("  {what:<42} {bytes:>15}"));
    }
    process::say(&format!("written to {}", path.display()));
    Ok(())
}

fn json(sizes: &Sizes) -> String {
    let Sizes { page, .. } = sizes;
    let (added, core) = (sizes.added_to_the_page(), sizes.added_by_core());
    let everything = sizes.added_by_everything();
    format!(
        "{{\n  \"page_brotli_bytes\": {page},\n  \"page_telemetry_brotli_bytes\": {added},\n  \"added_brotli_bytes\": {{ \"core\": {core}, \"everything\": {everything} }}\n}}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_is_json_with_a_number_for_each_question() {
        let expected = "{\n  \"page_brotli_bytes\": 300,\n  \"page_telemetry_brotli_bytes\": 30,\n  \"added_brotli_bytes\": { \"core\": 10, \"everything\": 20 }\n}\n";
        let sizes = Sizes {
            page: 300,
            page_without: 270,
            plain: 50,
            core: 60,
            everything: 70,
        };
        assert_eq!(json(&sizes), expected);
    }
}
