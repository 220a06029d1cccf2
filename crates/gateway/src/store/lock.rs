//! Locks the store: two gateways would assign the same numbers to spans.

use std::{
    fs::{File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use super::files::with_suffix;

/// Locks the store by a file beside it. The system releases the lock when the process ends for
/// any reason. The empty file stays.
pub(super) fn acquire(db: &Path) -> io::Result<File> {
    let file = hardening::sqlite::open_private(&path(db))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(io::Error::other("another gateway uses this store")),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Returns the lock file's path. The file exists if a gateway has used the store.
pub(super) fn path(db: &Path) -> PathBuf {
    with_suffix(db, "-lock")
}
