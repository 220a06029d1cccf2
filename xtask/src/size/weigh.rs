//! The weight of a folder: what its WebAssembly and JavaScript take on the wire.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::build::host_cargo;
use crate::process;

/// Bytes, by the encoding that the visitor's browser asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Weight {
    pub(super) brotli: u64,
    pub(super) gzip: u64,
}

impl Weight {
    /// How much more this is than `base`.
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

pub(super) fn weigh(folder: &Path) -> Result<Weight> {
    let files = code_below(folder)?;
    if files.is_empty() {
        bail!(
            "{} holds neither WebAssembly nor JavaScript",
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
    let weights: Option<Vec<Weight>> = printed.lines().map(parse).collect();
    let weights = weights.with_context(|| format!("wire-size printed {printed:?}"))?;
    Ok(weights.into_iter().fold(Weight::default(), Weight::and))
}

/// A line of two numbers.
fn parse(line: &str) -> Option<Weight> {
    let (brotli, gzip) = line.split_once(' ')?;
    Some(Weight {
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
    fn what_is_added_is_the_difference_in_each_encoding() {
        let [with, without] = ["300 330", "270 290"].map(|line| parse(line).unwrap());
        let added = with.beyond(without);
        assert_eq!((added.brotli, added.gzip), (30, 40));
        assert_eq!(parse("nothing"), None);
    }
}
