//! Checks whether the store is writable, without opening it.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::Path,
};

use super::{OpenError, files::with_suffix, not_ours};

/// A page of most disks, which a full disk rejects.
const PROBE: &[u8] = &[0; 4096];

/// Checks the file, if it exists, and its folder, where SQLite writes the log. Leaves no files
/// behind and does not disturb a running gateway.
pub(crate) fn probe(db: &Path) -> Result<(), OpenError> {
    let failed = |error: io::Error| OpenError::new(db, error);
    not_ours::reject(db).map_err(failed)?;
    if db.exists() {
        OpenOptions::new().write(true).open(db).map_err(failed)?;
    }
    write_beside(db).map_err(failed)
}

fn write_beside(db: &Path) -> io::Result<()> {
    // Concurrent checks need different files.
    let path = with_suffix(db, &format!("-check-{:x}", fastrand::u64(..)));
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&path)?;
    let written = write(file);
    fs::remove_file(&path)?;
    written
}

fn write(mut file: File) -> io::Result<()> {
    file.write_all(PROBE)?;
    file.sync_all()
}
