//! `cargo xtask size`: what the page weighs, and how much of it is telemetry.
//!
//! All sizes are of WebAssembly and JavaScript together, optimised, in brotli at its best quality: what a visitor
//! downloads. A minimal page is weighed plain and with otel-web; the differences are what otel-web adds.

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
    let page = page(&wasm, &folder)?;
    let added = |with: u64| i64::try_from(with).and_then(|with| Ok(with - i64::try_from(plain)?));
    report(page, added(core)?, added(everything)?)
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

fn report(page: u64, core: i64, everything: i64) -> Result<()> {
    let path = workspace::made(workspace::target().join("reports"))?.join("size.json");
    fs::write(&path, json(page, core, everything))
        .with_context(|| format!("cannot write {}", path.display()))?;
    process::say("\nWebAssembly and JavaScript in brotli, optimised        bytes");
    process::say(&format!(
        "  the page                                        {page:>10}"
    ));
    process::say(&format!(
        "  otel-web adds to a page: core                   {core:>10}"
    ));
    process::say(&format!(
        "  otel-web adds to a page: every feature          {everything:>10}"
    ));
    process::say(&format!("written to {}", path.display()));
    Ok(())
}

fn json(page: u64, core: i64, everything: i64) -> String {
    format!(
        "{{\n  \"page_brotli_bytes\": {page},\n  \"added_brotli_bytes\": {{ \"core\": {core}, \"everything\": {everything} }}\n}}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_is_json_with_a_number_for_each_question() {
        let expected = "{\n  \"page_brotli_bytes\": 300,\n  \"added_brotli_bytes\": { \"core\": 10, \"everything\": 20 }\n}\n";
        assert_eq!(json(300, 10, 20), expected);
    }
}
