//! The SHA-256 sums of archives that may be downloaded, from `xtask/tools/checksums.txt`.

use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::process;

const SUMS: &str = include_str!("../../tools/checksums.txt");

/// Where the sums are, as error messages name it.
const FILE: &str = "xtask/tools/checksums.txt";

/// Returns the recorded sum of an archive, or an error that names the file to add it to.
pub(super) fn recorded(archive: &str) -> Result<&'static str> {
    find(SUMS, archive).with_context(|| format!("{FILE} has no SHA-256 sum for {archive}"))
}

/// Fails unless the file's SHA-256 sum is `expected`.
pub(super) fn verify(file: &Path, expected: &str) -> Result<()> {
    let mut sha256sum = process::command("sha256sum", &["--binary"]);
    sha256sum.arg(file);
    let printed = process::read(sha256sum)?;
    // The sum of a file with an escaped name begins with a backslash.
    let actual = printed.trim_start_matches('\\').split_whitespace().next();
    let actual = actual.context("sha256sum printed nothing")?;
    if actual != expected {
        bail!(
            "the download is not the recorded one: its SHA-256 sum is {actual}, {FILE} has {expected}"
        );
    }
    Ok(())
}

/// Reads lines as `sha256sum --check` does: the sum, two spaces, the name.
fn find<'a>(sums: &'a str, archive: &str) -> Option<&'a str> {
    let mut lines = sums.lines().filter_map(|line| line.split_once("  "));
    lines.find_map(|(sum, name)| (name == archive).then_some(sum))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_recorded_sum_is_64_hexadecimal_digits() {
        let lines: Vec<&str> = SUMS.lines().filter(|line| !line.starts_with('#')).collect();
        assert!(!lines.is_empty());
        for line in lines {
            let (sum, name) = line.split_once("  ").unwrap();
            assert_eq!(sum.len(), 64, "{line}");
            assert!(sum.bytes().all(|digit| digit.is_ascii_hexdigit()), "{line}");
            assert_eq!(recorded(name).unwrap(), sum, "{name} is listed once");
        }
    }

    #[test]
    fn unlisted_archive_is_an_error_that_names_the_file() {
        let error = recorded("trunk-9.tar.gz").unwrap_err().to_string();
        assert!(
            error.contains(FILE) && error.contains("trunk-9.tar.gz"),
            "{error}"
        );
    }

    #[test]
    fn changed_file_is_rejected() {
        let file = std::env::temp_dir().join(format!("xtask-sum-{}", std::process::id()));
        std::fs::write(&file, "abc").unwrap();
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        verify(&file, abc).unwrap();
        std::fs::write(&file, "xyz").unwrap();
        assert!(verify(&file, abc).is_err());
        std::fs::remove_file(file).unwrap();
    }
}
