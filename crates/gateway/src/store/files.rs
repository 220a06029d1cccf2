//! The names of the files beside the database.

use std::path::{Path, PathBuf};

/// Appends `suffix` to the database's name, as SQLite names its log.
pub(super) fn with_suffix(db: &Path, suffix: &str) -> PathBuf {
    let mut name = db.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
