//! One gateway per store: two would number spans alike.

use std::{
    fs::{File, TryLockError},
    io,
    path::Path,
};

/// Locks the store by a file beside it. The system gives it back when the process ends,
/// however it ends; the empty file stays.
pub(super) fn acquire(db: &Path) -> io::Result<File> {
    let mut name = db.as_os_str().to_owned();
    name.push("-lock");
    let file = File::create(Path::new(&name))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(io::Error::other("another gateway uses this store")),
        Err(TryLockError::Error(error)) => Err(error),
    }
}
