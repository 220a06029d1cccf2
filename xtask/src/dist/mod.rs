//! `cargo xtask dist`: one folder with everything that a server needs.
//!
//! | path | contents |
//! |---|---|
//! | `bin` | the back end and the gateway |
//! | `page`, `viewer` | the pages, with a precompressed copy of each large file |
//! | `symbols` | the names of the functions in the page, for the gateway; no visitor receives them |
//! | `otel_web_gateway-*.whl` | the gateway with its viewer, for `pip install` |
//! | `licenses` | the project's licenses, and the notices of the servers' dependencies |
//! | `sbom.cdx.json` | the packages in all four programs, see [`sbom`] |
//! | `systemd`, `otel-web-gateway.toml` | settings to start from |
//! | `README.md`, `SHA256SUMS` | how to run it; the sums of all files |

mod sbom;
mod wheel;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::build::{self, Profile, host_cargo};
use crate::licenses::{self, Artifact};
use crate::setup::{self, Needs};
use crate::symbols::Symbols;
use crate::wasm::Wasm;
use crate::{package, process, tree, workspace};

const README: &str = include_str!("../../../deploy/dist/README.md");
const BILL_OF_MATERIALS: &str = "sbom.cdx.json";
const SUMS: &str = "SHA256SUMS";
const SYSTEMD: &str = "systemd";

/// Extensions of files that are worth compressing. The document is not among them: the back end compresses it, because
/// its tags are edited in place.
const COMPRESSED: [&str; 7] = ["css", "js", "json", "svg", "txt", "wasm", "webmanifest"];
/// Smaller files fit into one packet as they are.
const MIN_COMPRESSED_BYTES: u64 = 1024;

/// Builds the folder, and prints its path.
pub(crate) fn run() -> Result<()> {
    let wasm = setup::prepare(Needs::PAGE.and(Needs::OPTIMIZER), |_, _| Ok(()))?;
    let folder = workspace::target().join(name()?);
    // Under another name until it is complete.
    let unfinished = folder.with_extension("unfinished");
    tree::remove(&unfinished)?;
    workspace::create_dir(unfinished.clone())?;
    // First, because the gateway contains it.
    package::embed_viewer(&wasm)?;
    add_servers(&unfinished)?;
    wheel::write(&unfinished)?;
    add_pages(&unfinished, &wasm)?;
    process::step("files", "licenses, bill of materials, checksums", || {
        add_documents(&unfinished)?;
        add_sums(&unfinished)
    })?;
    tree::remove(&folder)?;
    fs::rename(&unfinished, &folder)
        .with_context(|| format!("cannot create {}", folder.display()))?;
    process::print(&format!("written: {}", folder.display()));
    Ok(())
}

/// Returns the folder's name, which tells its version and the machines on which it runs.
fn name() -> Result<String> {
    let version = workspace::locked_version(Artifact::BackEnd.package())?;
    Ok(format!("cruddur-{version}-{}", licenses::host()?))
}

fn add_servers(folder: &Path) -> Result<()> {
    process::step("servers", "building optimized servers", || {
        let packages = [Artifact::BackEnd, Artifact::Gateway].map(Artifact::package);
        let programs = build::programs("servers", &["--release", "--locked"], packages)?;
        let bin = workspace::create_dir(folder.join("bin"))?;
        for program in &programs {
            tree::copy_into(program, &bin)?;
        }
        Ok(())
    })
}

fn add_pages(folder: &Path, wasm: &Wasm) -> Result<()> {
    let gateway = folder.join("bin").join(Artifact::Gateway.package());
    let symbols = Symbols::new(folder.join("symbols"), gateway);
    build::page_into(&folder.join("page"), &symbols, wasm)?;
    tree::copy(
        &build::viewer(wasm, Profile::Release)?,
        &folder.join("viewer"),
    )?;
    compress_pages(folder)
}

/// Writes a precompressed copy of each large file beside it, as the back end serves it.
pub(crate) fn compress_pages(folder: &Path) -> Result<()> {
    process::step("compress", "compressing the pages", || {
        let files = tree::files(folder)?;
        let files = files.iter().filter(|file| is_compressed(file));
        let how = ["run", "--release", "--package", "wire-size", "--"];
        let mut compress = host_cargo(&how)?;
        compress.arg("--write").args(files);
        process::run("compress", compress)
    })
}

fn is_compressed(file: &Path) -> bool {
    let extension = file.extension().and_then(|extension| extension.to_str());
    let length = fs::metadata(file).map_or(0, |metadata| metadata.len());
    extension.is_some_and(|extension| COMPRESSED.contains(&extension))
        && length >= MIN_COMPRESSED_BYTES
}

fn add_documents(folder: &Path) -> Result<()> {
    let deploy = workspace::root().join("deploy");
    let licenses = workspace::create_dir(folder.join("licenses"))?;
    for license in ["LICENSE-APACHE", "LICENSE-MIT"] {
        tree::copy_into(&workspace::root().join(license), &licenses)?;
    }
    for server in [Artifact::BackEnd, Artifact::Gateway] {
        licenses::write(
            server,
            &workspace::create_dir(licenses.join(server.package()))?,
        )?;
    }
    tree::copy_into(&deploy.join("otel-web-gateway.toml"), folder)?;
    tree::copy(&deploy.join(SYSTEMD), &folder.join(SYSTEMD))?;
    tree::write(&folder.join(BILL_OF_MATERIALS), &sbom::render()?)?;
    tree::write(&folder.join("README.md"), &readme()?)
}

fn readme() -> Result<String> {
    let version = workspace::locked_version(Artifact::BackEnd.package())?;
    Ok(README
        .replace("VERSION", &version)
        .replace("TARGET", &licenses::host()?)
        .replace("LIBC", &libc()))
}

/// Returns the C library of this machine. Older ones lack symbols that the programs use.
fn libc() -> String {
    let version = process::read(process::command("getconf", &["GNU_LIBC_VERSION"]));
    version.map_or_else(
        |_| "the C library of the machine that built it".to_owned(),
        |version| format!("{} or later", version.trim()),
    )
}

/// Writes the sums in the format of `sha256sum --check`.
fn add_sums(folder: &Path) -> Result<()> {
    let files = tree::files(folder)?;
    let relative: Vec<PathBuf> = files
        .iter()
        .filter_map(|file| file.strip_prefix(folder).ok())
        .map(Path::to_owned)
        .collect();
    let mut sums = process::command("sha256sum", &["--"]);
    sums.args(relative).current_dir(folder);
    tree::write(&folder.join(SUMS), &process::read(sums)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_has_the_version_and_the_target() {
        let name = name().unwrap();
        let rest = name.strip_prefix("cruddur-").unwrap();
        assert!(rest.starts_with(char::is_numeric), "{name}");
        assert!(rest.contains("-linux-"), "{name}");
    }

    #[test]
    fn readme_has_no_placeholder_left() {
        let readme = readme().unwrap();
        for placeholder in ["VERSION", "TARGET", "LIBC"] {
            assert!(README.contains(placeholder), "{placeholder}");
            assert!(!readme.contains(placeholder), "{readme}");
        }
    }

    #[test]
    fn sums_are_checked_by_sha256sum() {
        let folder = std::env::temp_dir().join(format!("xtask-sums-{}", std::process::id()));
        fs::create_dir_all(folder.join("bin")).unwrap();
        fs::write(folder.join("bin/server"), "a").unwrap();
        fs::write(folder.join("-README.md"), "b").unwrap();
        add_sums(&folder).unwrap();
        let check = || {
            let mut check = process::command("sha256sum", &["--check", "--strict", SUMS]);
            check.current_dir(&folder);
            process::read(check)
        };
        assert_eq!(check().unwrap(), "-README.md: OK\nbin/server: OK\n");
        fs::write(folder.join("bin/server"), "changed").unwrap();
        assert!(check().is_err());
        tree::remove(&folder).unwrap();
    }
}
