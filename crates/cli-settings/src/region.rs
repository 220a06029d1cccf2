//! Generated regions of a documentation file, between `<!-- name:begin -->` and `<!-- name:end -->`.

use std::{env, fs, io, path::Path};

/// The variable that makes [`check_region`] rewrite the file.
const UPDATE: &str = "UPDATE_DOCS";

/// The error for a region that is missing, out of date, or in a file that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RegionError {
    /// The file cannot be read or written.
    #[error("cannot read or write the file")]
    Io(#[from] io::Error),
    /// The file has no such region.
    #[error("no region: add the lines `<!-- {name}:begin -->` and `<!-- {name}:end -->`")]
    Missing {
        /// The name of the region.
        name: String,
    },
    /// The file has other content in the region.
    #[error("the region `{name}` is out of date: run `{UPDATE}=1 {command}`")]
    OutOfDate {
        /// The name of the region.
        name: String,
        /// The command that rewrites the region.
        command: String,
    },
}

/// Checks that the region of the file has this content. With `UPDATE_DOCS=1`, rewrites the region.
///
/// `command` is the command that runs the check, for the error message.
///
/// # Errors
/// The region is missing or out of date, or the file cannot be read or written.
pub fn check_region(
    file: &Path,
    name: &str,
    content: &str,
    command: &str,
) -> Result<(), RegionError> {
    let update = env::var_os(UPDATE).is_some_and(|value| value == "1");
    check(file, name, content, command, update)
}

fn check(
    file: &Path,
    name: &str,
    content: &str,
    command: &str,
    update: bool,
) -> Result<(), RegionError> {
    let text = fs::read_to_string(file)?;
    let updated = replace_region(&text, name, content).ok_or_else(|| RegionError::Missing {
        name: name.to_owned(),
    })?;
    if updated == text {
        return Ok(());
    }
    if update {
        return Ok(fs::write(file, updated)?);
    }
    Err(RegionError::OutOfDate {
        name: name.to_owned(),
        command: command.to_owned(),
    })
}

/// Returns the text with other content in the region, or `None` if it has no such region.
///
/// ```
/// let text = "a\n<!-- x:begin -->\nold\n<!-- x:end -->\nb\n";
/// let new = cli_settings::replace_region(text, "x", "new\n");
/// assert_eq!(new.as_deref(), Some("a\n<!-- x:begin -->\nnew\n<!-- x:end -->\nb\n"));
/// assert_eq!(cli_settings::replace_region(text, "y", "new\n"), None);
/// ```
#[must_use]
pub fn replace_region(text: &str, name: &str, content: &str) -> Option<String> {
    let (begin, end) = (
        format!("<!-- {name}:begin -->\n"),
        format!("<!-- {name}:end -->"),
    );
    let (before, rest) = text.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}{content}{end}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn region_out_of_date_is_an_error_unless_it_is_updated() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("configuration.md");
        fs::write(&file, "<!-- app:begin -->\nold\n<!-- app:end -->\n").unwrap();
        let check = |name, content, update| check(&file, name, content, "cargo test", update);
        check("app", "old\n", false).unwrap();
        let error = check("app", "new\n", false).unwrap_err().to_string();
        assert!(error.contains("UPDATE_DOCS=1 cargo test"), "{error}");
        let error = check("other", "", false).unwrap_err().to_string();
        assert!(error.contains("<!-- other:begin -->"), "{error}");
        check("app", "new\n", true).unwrap();
        check("app", "new\n", false).unwrap();
    }
}
