//! Embeds the files in the folder `viewer`, which `cargo xtask package` fills.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=viewer");
    let folder = folder_of("CARGO_MANIFEST_DIR")?.join("viewer");
    let code = table(&folder)?;
    fs::write(folder_of("OUT_DIR")?.join("viewer_files.rs"), code)
}

fn folder_of(variable: &str) -> io::Result<PathBuf> {
    env::var_os(variable)
        .map(PathBuf::from)
        .ok_or_else(|| io::Error::other(format!("{variable} is not set: run cargo")))
}

/// Returns the code of a table with the name and the content of each compressed file.
fn table(folder: &Path) -> io::Result<String> {
    let mut files: Vec<PathBuf> = Vec::new();
    // A copy of the sources may lack the folder.
    if folder.is_dir() {
        for entry in fs::read_dir(folder)? {
            files.push(entry?.path());
        }
    }
    files.sort();
    let compressed = files
        .iter()
        .filter(|file| file.extension().is_some_and(|extension| extension == "gz"));
    let rows: String = compressed
        .filter_map(|file| {
            let name = file.file_stem()?.to_str()?;
            Some(format!("({name:?}, include_bytes!({file:?})),"))
        })
        .collect();
    Ok(format!("&[{rows}]"))
}
