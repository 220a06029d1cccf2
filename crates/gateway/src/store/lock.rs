//! One gateway per store: two would number spans alike.

use std::{
    fs::{File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use super::files::with_suffix;

/// Locks the store by a file beside it. The system gives it back when the process ends,
/// however it ends; the empty file stays.
pub(super) fn acquire(db: &Path) -> io::Result<File> {
    let file = hardening::sqlite::open_private(&path(db))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(io::Error::other("another gateway uses this store")),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// The file that says that a gateway has used the store.
pub(super) fn path(db: &Path) -> PathBuf {
    with_suffix(db, "-lock")
}
