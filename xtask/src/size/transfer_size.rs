//! The compressed size of a folder's WebAssembly and JavaScript.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::build::host_cargo;
use crate::process;

/// Bytes on the wire, by content encoding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct TransferSize {
    pub(super) brotli: u64,
    pub(super) gzip: u64,
}

impl TransferSize {
    /// Returns the difference to `base`.
    pub(super) fn beyond(self, base: Self) -> Self {
        Self {
            brotli: self.brotli.saturating_sub(base.brotli),
            gzip: self.gzip.saturating_sub(base.gzip),
        }
    }

    fn and(self, other: Self) -> Self {
        Self {
            brotli: self.brotli + other.brotli,
            gzip: self.gzip + other.gzip,
        }
    }
}

pub(super) fn transfer_size(folder: &Path) -> Result<TransferSize> {
    let files = code_below(folder)?;
    if files.is_empty() {
        bail!(
            "{} contains neither WebAssembly nor JavaScript",
            folder.display()
        );
    }
    let how = [
        "run",
        "--quiet",
        "--release",
        "--package",
        "wire-size",
        "--",
    ];
    let mut measure = host_cargo(&how)?;
    measure.args(files);
    let printed = process::read(measure)?;
    let sizes: Option<Vec<TransferSize>> = printed.lines().map(parse).collect();
    let sizes = sizes.with_context(|| format!("cannot parse wire-size's output {printed:?}"))?;
    Ok(sizes
        .into_iter()
        .fold(TransferSize::default(), TransferSize::and))
}

/// Parses a line of two numbers.
fn parse(line: &str) -> Option<TransferSize> {
    let (brotli, gzip) = line.split_once(' ')?;
    Some(TransferSize {
        brotli: brotli.parse().ok()?,
        gzip: gzip.parse().ok()?,
    })
}

fn code_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    let mut found = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let is_code = path
            .extension()
            .is_some_and(|extension| extension == "wasm" || extension == "js");
        if path.is_dir() {
            found.extend(code_below(&path)?);
        } else if is_code {
            found.push(path);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn difference_is_taken_in_each_encoding() {
        let [with, without] = ["300 330", "270 290"].map(|line| parse(line).unwrap());
        let added = with.beyond(without);
        assert_eq!((added.brotli, added.gzip), (30, 40));
        assert_eq!(parse("nothing"), None);
    }
}
