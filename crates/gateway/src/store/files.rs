//! The files beside the database.

use std::path::{Path, PathBuf};

/// The database's own name with something after it, as SQLite names its log.
pub(super) fn with_suffix(db: &Path, suffix: &str) -> PathBuf {
    let mut name = db.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
