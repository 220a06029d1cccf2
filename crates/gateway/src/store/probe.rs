//! Whether a store could be written, without a store being opened.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::Path,
};

use super::{OpenError, files::with_suffix, foreign};

/// As much as the smallest page of a disk: a full one does not take it.
const PROBE: &[u8] = &[0; 4096];

/// Tests the file, if it is there, and its folder, where SQLite keeps the log. Nothing is
/// left behind, and a gateway that uses the store does not notice.
pub(crate) fn probe(db: &Path) -> Result<(), OpenError> {
    let failed = |error: io::Error| OpenError::new(db, &error);
    foreign::refuse(db).map_err(failed)?;
    if db.exists() {
        OpenOptions::new().write(true).open(db).map_err(failed)?;
    }
    write_beside(db).map_err(failed)
}

fn write_beside(db: &Path) -> io::Result<()> {
    // Two checks at once have a file each.
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
